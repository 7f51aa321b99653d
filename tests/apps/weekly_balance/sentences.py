"""What the reference asks for outside its numbered cases, sentence by sentence, each beside the test that shows it."""

SENTENCES: dict[str, tuple[str, ...]] = {
    "1 a register is apart only with multi cash registers": (
        "test_registers_are_shown_apart_only_with_multi_cash_registers",
    ),
    "1 an interval is half open and local": ("test_every_instant_lies_in_exactly_one_interval",),
    "1 a week starts on the day the client says": ("test_a_week_that_starts_on_sunday_is_shown_from_sunday",),
    "1.1 states of cells, days and weeks": (
        "test_states_of_cells",
        "test_a_day_goes_only_where_it_can",
        "test_a_week_is_as_far_as_its_days",
    ),
    "1.1 every transition is an audit row": ("test_the_trail_cannot_be_changed",),
    "1 a supervisor approves a single number by hand": (
        "test_an_approved_number_waits_where_its_neighbours_follow",
        "test_nobody_types_over_it_until_the_approval_is_taken_back",
        "test_a_supervisor_approves_on_the_day_s_page_and_everybody_sees_it",
    ),
    "1.2 what an import does to each kind of cell": ("test_what_an_import_does_to_a_number",),
    "1.2 equal proposals change nothing": ("test_an_equal_proposal_changes_nothing",),
    "1.2 what the source no longer has is a proposal of 0": (
        "test_a_sale_that_moves_to_another_day_leaves_nothing_behind",
    ),
    "1.2 the first import has the box ticked": ("test_an_import_says_what_it_would_touch_and_begins",),
    "2 the table of roles": (
        "test_the_table_of_roles_cell_by_cell",
        "test_the_table_of_roles_ends_at_the_stores_that_somebody_was_given",
        "test_the_table_of_roles_leaves_out_no_route",
    ),
    "2 staff see today's index if the client allows": ("test_staff_see_today_s_index_when_the_client_lets_them",),
    "2 region totals": ("test_totals_are_of_the_departments_that_somebody_may_see",),
    "2 a manager can ask": (
        "test_a_manager_asks_a_supervisor_grants_and_the_manager_sees_it",
        "test_a_refusal_leaves_the_day_and_says_why",
        "test_a_week_is_asked_for_at_once_its_confirmed_days_alone",
    ),
    "2 a supervisor manages the users of the client": (
        "test_a_supervisor_invites_changes_and_removes",
        "test_a_supervisor_of_chosen_stores_has_a_say_there_alone",
    ),
    "2 what may not be changed is greyed with the reason": (
        "test_what_a_manager_may_not_change_is_grey_with_the_reason",
    ),
    "2 mapping says how many departments it touches": ("test_3_4_mapping_says_how_many_departments_it_touches",),
    "2 outside the scope is 404": ("test_a_department_outside_the_scope_answers_404",),
    "3.1 which role is needed and who has it": ("test_who_is_refused_is_told_whom_to_ask",),
    "3.2 what happens next, and the real time of a confirmation": (
        "test_from_nothing_set_to_a_week_that_is_approved",
        "test_the_hour_of_the_night_is_said_on_a_department_s_own_clock_too",
    ),
    "3.3 unknown numbers and near matches": (
        "test_a_number_that_the_connected_till_does_not_know_is_refused_with_those_it_has",
    ),
    "3.3 an empty terminal field swallows nothing": ("test_a_department_is_made_and_an_overlap_named",),
    "3.3 an unallocated register has a row": ("test_wb06_what_it_sold_stands_in_a_row_and_nothing_is_dropped",),
    "3.4 one type feeds one field, an error with a link": (
        "test_a_type_feeds_one_field",
        "test_3_4_a_type_that_is_taken_is_said_with_the_way_to_the_field_that_has_it",
    ),
    "3.4 the checklist of the eight types": ("test_fields_are_mapped_one_by_one_or_all_at_once",),
    "3.4 a split that is taken off hides the hours": ("test_a_split_that_is_taken_off_hides_the_hours_and_keeps_them",),
    "3.5 a consent link for an account holder without a user": (
        "test_the_consent_connects_the_till_and_tells_those_who_asked",
        "test_a_link_is_good_for_one_consent",
        "test_a_link_is_good_for_72_hours",
        "test_the_state_is_bound_to_the_link_and_its_browser",
    ),
    "3.6 the dry run": (
        "test_the_preview_counts_what_would_be_written_over",
        "test_the_preview_says_how_often_the_till_is_asked_and_how_long_that_takes",
    ),
    "3.6 pause and cancel": ("test_an_import_is_paused_taken_up_and_cancelled",),
    "3.6 failed days with the reason and a retry for those only": (
        "test_days_that_failed_are_named_with_the_reason_and_they_alone_are_read_again",
    ),
    "3.7 and 3.8 by themselves": ("test_a_night_reads_and_confirms_by_itself_and_says_why_nothing_came",),
    "3.9 the causes in their order": (
        "test_every_cause_is_said_in_its_turn",
        "test_what_the_till_makes_an_import_wait_for_is_said_until_when",
        "test_only_a_week_that_was_read_sold_nothing",
    ),
    "4 the choice at activation, beside the till's own report": (
        "test_yesterday_under_each_preset_and_the_bridge",
        "test_the_activation_step_shows_which_figure_is_the_total_of_the_till_s_maker",
        "test_the_activation_step_bridges_a_day_to_what_its_registers_counted",
        "test_the_activation_step_names_the_bill_that_explains_what_is_left",
    ),
    "4.1 count_on_account_at": (
        "test_wb23_a_layby_counts_on_the_day_it_is_paid_off",
        "test_wb23_counted_at_the_sale_it_stays_on_its_day_when_it_is_settled",
        "test_what_is_owed_stands_in_the_bridge",
    ),
    "4.1 training is dropped": ("test_training_and_whatever_the_till_leaves_out_of_revenue_changes_nothing",),
    "4.1 each other class has its own switch": (
        "test_each_other_class_counts_only_when_its_own_switch_says_so",
        "test_a_service_charge_beside_the_lines_counts_by_the_same_switch",
    ),
    "4.1 the moment may be the opening": ("test_a_bill_counts_when_it_was_opened_where_the_client_says_so",),
    "4.2 the presets' equations hold for any trading": ("test_the_equation_of_every_preset_holds_for_any_bill",),
    "4.3 a return-only receipt, its switch and its counter": (
        "test_a_receipt_with_returns_alone_counts_as_the_client_says",
        "test_receipts_with_returns_alone_are_counted_apart",
    ),
    "4.3 a receipt with a discount of 100 %": (
        "test_a_receipt_that_is_free_has_its_list_price_as_discount",
        "test_what_was_given_away_is_said_beside_the_till_s_report",
    ),
    "4.3 a zero-line receipt": ("test_a_receipt_without_a_line_is_no_transaction",),
    "4.3 a void after completion, and a bill that is opened again": (
        "test_a_late_void_is_shown_as_a_difference_and_accepted",
        "test_a_bill_that_is_opened_again_leaves_the_day_and_waits_where_it_was_confirmed",
    ),
    "4.3 totals across currencies are never added": ("test_sums_are_of_one_currency",),
    "4.4 sum exact, round once, say it": (
        "test_a_sum_does_not_depend_on_what_was_added_together",
        "test_wb27_the_page_says_where_shown_hours_do_not_add_up_to_the_day",
    ),
    "4.5 the worked day": ("test_the_worked_day_digit_for_digit", "test_the_worked_day_under_the_other_presets"),
    "5.1 another zone applies from a date": (
        "test_days_before_the_change_keep_their_hours_and_days_after_have_the_new_ones",
        "test_two_clocks_that_begin_their_days_a_day_apart_are_refused_and_nothing_is_saved",
    ),
    "5.2 days of 23, 24, 25 hours and of half an hour more": (
        "test_a_day_has_as_many_hours_as_its_zone_gives",
        "test_lord_howe_changes_by_half_an_hour",
    ),
    "5.2 the missing hour is refused": ("test_an_hour_that_the_clock_skips_or_the_till_fills_is_refused",),
    "5.3 a start within an hour cuts it": ("test_a_start_within_an_hour_cuts_it_in_two",),
    "5.4 what a night reads": (
        "test_a_night_reads_a_week_and_what_is_open_longer",
        "test_a_night_reads_35_days_of_a_till_that_names_no_changes",
    ),
    "5.4 the import after close": ("test_the_import_after_close_comes_half_an_hour_after_and_once",),
    "5.4 missed nights once, two workers once": (
        "test_nights_that_were_missed_are_caught_up_by_one_import",
        "test_two_workers_begin_a_night_once",
    ),
    "5.5 a late change waits, is accepted, refused or withdrawn": (
        "test_a_correction_is_accepted_and_the_hours_follow",
        "test_a_correction_that_is_rejected_does_not_come_back_until_the_till_says_something_else",
        "test_a_correction_is_withdrawn_when_the_till_says_the_old_number_again",
    ),
    "6 what a budget can be for, and how it is spread": (
        "test_what_a_target_can_be_set_for",
        "test_a_year_is_spread_over_its_days_by_their_weekdays_and_adds_up",
        "test_the_hours_of_a_target_add_up_to_it",
        "test_a_shape_that_is_not_100_is_refused",
    ),
    "6 the index of the same days": ("test_an_index_is_of_the_days_that_have_both",),
    "6 labour cost and its basis": (
        "test_labour_cost_and_sales_per_hour",
        "test_the_basis_of_wage_cost_moves_the_result",
    ),
    "6 sales per hour worked, scheduled, budgeted": (
        "test_sales_per_hour_of_each_kind_are_their_own_sums",
        "test_sales_per_hour_scheduled_are_what_the_schedule_promises",
    ),
    "7 closings are not days": (
        "test_a_closing_over_two_days_is_bridged_to_the_day",
        "test_the_bridge_always_ends_at_the_day",
    ),
}
