"""What the reference asks for outside its numbered cases, sentence by sentence, each beside the test that shows it.

`NOT_YET` are its sentences that are not true, and why: nobody has to find that out alone.
"""

SENTENCES: dict[str, tuple[str, ...]] = {
    "1 a top chain may own other chains": (
        "test_1_a_chain_has_districts_regions_or_stores_and_each_level_its_subtotal",
        "test_1_the_database_holds_what_lies_in_what_whoever_writes",
        "test_1_no_circle_and_nothing_of_another_organisation",
        "test_1_location_options_take_a_chain_pages_and_mails_are_about_it",
        "test_1_a_district_is_put_into_a_chain_by_its_page_and_undone_by_the_toast",
        "test_1_what_is_typed_at_a_chain_holds_in_it_and_follows_what_moves",
        "test_1_how_we_count_is_one_for_every_chain_and_the_page_says_so",
        "test_6_2_the_export_names_the_owned_chain_else_the_organisation",
    ),
    "1 users and permissions hang on any node": (
        "test_1_a_store_that_joins_a_region_later_is_seen_and_one_that_leaves_is_not",
        "test_1_every_level_counts_and_a_region_takes_its_stores_along",
        "test_1_nodes_and_single_stores_together_each_store_once",
        "test_1_an_owner_has_all_stores_whatever_node_is_given",
        "test_1_the_database_refuses_a_node_of_others_and_keeps_one_that_rights_hang_on",
        "test_1_a_node_that_is_given_while_it_is_deleted_is_held_or_gone_never_half",
        "test_1_an_invitation_promises_a_region_as_it_is_when_it_is_accepted",
        "test_1_nobody_gives_a_node_that_is_not_theirs_although_its_stores_of_today_are",
        "test_1_a_partners_token_speaks_for_the_stores_of_its_users_nodes",
        "test_1_a_member_is_given_a_region_and_a_store_by_the_page_and_the_toast_takes_it_back",
        "test_1_whose_region_holds_no_store_reads_why_and_finds_nothing_of_others",
        "test_1_members_are_one_question_however_many_nodes",
        "test_1_a_level_that_somebody_was_given_is_not_taken_away_and_the_page_says_whose_it_is",
        "test_1_whoever_has_chosen_stores_takes_a_store_out_of_no_level_of_others",
        "test_1_a_report_by_mail_holds_what_its_reader_sees_when_it_goes",
        "test_1_a_report_about_a_region_takes_in_what_joins_it_later",
    ),
    "1 regions lie in districts, and both have figures": (
        "test_a_region_lies_in_a_district_and_both_have_their_subtotal",
        "test_the_tree_is_made_and_chosen_and_kept_in_the_address",
    ),
    "1 a location id is matched after padding, a mask takes its last characters": ("test_matching_rules",),
    "1 only an operational location imports": (
        "test_ta08_between_paused_and_operational_nothing_comes_in_then_the_hole_fills",
        "test_a_location_out_of_operation_is_not_looked_after",
    ),
    "1 the scope of a job is a chain or locations": (
        "test_1_without_a_chain_there_is_nothing_to_choose",
        "test_1_a_job_for_a_chain_feeds_its_locations_and_makes_new_ones_there",
    ),
    "1 an import job has a label, a connection, a schedule; a chain may have several": (
        "test_two_jobs_each_with_its_account_label_and_schedule_both_have_shop_1",
        "test_two_accounts_that_both_have_a_shop_1_stay_apart",
    ),
    "1 only entrances feed visitors": ("test_only_entrances_feed_visitors",),
    "1 business hours by weekday with exceptions, a filter of every report": (
        "test_hours_are_typed_by_weekday_with_other_hours_on_single_dates",
        "test_every_report_takes_business_or_chosen_hours_and_the_address_keeps_them",
        "test_a_report_of_business_hours_leaves_out_what_was_counted_or_sold_while_it_was_closed",
        "test_files_have_the_same_hours",
        "test_data_quality_and_changes_take_business_or_chosen_hours_too",
    ),
    "1 a tailored value is kept apart from the measured one, and logged": (
        "test_a_figure_is_typed_marked_logged_and_taken_back",
    ),
    "1.1 the table of roles": (
        "test_the_role_table_cell_by_cell",
        "test_a_manager_edits_where_somebody_let_him_and_nowhere_else",
    ),
    "1.1 marketing without staff, HR with hours by person": (
        "test_marketing_finds_nothing_about_staff_on_any_page_nor_in_any_file",
        "test_a_day_or_a_location_with_a_budget_of_staff_hours_alone_has_none_for_marketing",
        "test_hr_sees_hours_by_person_and_no_clock_time",
        "test_hr_types_staff_hours_alone_and_takes_back_nobody_else_s_figures",
    ),
    "1.1 no screen shows a person's clock times": ("test_no_page_shows_a_person_s_clock_times",),
    "2.1 a module per chain, on in a fresh install": (
        "test_without_it_every_page_says_what_to_do",
        "test_a_plan_without_it_switches_it_off_and_the_page_of_modules_says_whom_to_ask",
    ),
    "2.1 a missing scope is named": ("test_ta06_without_the_right_to_clock_entries_sales_work_and_the_right_is_named",),
    "2.1 an import makes its kinds read-only, a correction stays possible": (
        "test_what_the_till_brings_is_not_typed_by_the_way_and_a_correction_stays",
    ),
    "2.1 a link to the privacy notice before the consent": (
        "test_before_the_consent_the_page_says_what_is_read_and_links_to_the_privacy_notice",
    ),
    "2.2 the label is there once": ("test_a_label_is_there_once_in_a_chain",),
    "2.2 and 2.7 a connection error names its cause and offers one button": (
        "test_2_7_cancelled_at_the_till",
        "test_2_7_a_role_that_may_not_see_the_shops_and_the_button_mends_it",
        "test_2_7_an_account_that_is_locked",
        "test_2_7_a_sign_in_that_took_too_long",
        "test_2_7_a_user_who_was_given_no_shop",
        "test_2_7_orders_that_may_not_be_read_are_named_by_the_check",
    ),
    "2.3 shops are listed and proposed by id, then by name; in doubt none": (
        "test_a_shop_is_proposed_by_its_number_and_saved_by_one_press",
        "test_a_name_proposes_what_no_id_does_and_doubt_proposes_nothing",
    ),
    "2.3 proposed by address": (
        "test_an_address_proposes_what_neither_id_nor_name_does_and_in_doubt_nothing",
        "test_the_address_of_a_shop_is_its_store_s_until_somebody_types_another_and_proposes_it",
    ),
    "2.3 unmatched shops become locations in one click, others wait": (
        "test_label_connect_match_schedule_finish",
        "test_twelve_shops_from_the_consent_to_a_void_of_last_month",
    ),
    "2.3 validation always ends": (
        "test_ta05_a_check_that_hangs_ends_and_the_wizard_goes_on",
        "test_steps_1_to_15_from_the_label_to_the_first_report",
    ),
    "2.3 the manual route has the same result": (
        "test_ta05_the_id_can_be_set_under_manage_locations_with_the_same_result",
    ),
    "2.3 one location takes two shops only by an explicit sum": (
        "test_one_location_takes_two_shops_only_if_somebody_says_so",
        "test_a_store_that_two_shops_feed_is_read_from_both",
    ),
    "2.4 hourly at 00:02, and the other types": (
        "test_steps_1_to_15_from_the_label_to_the_first_report",
        "test_a_weekly_run_comes_on_monday_and_a_quarterly_one_on_the_quarter",
    ),
    "2.5 the latest 14 days first, progress shown, a report offered at the end": (
        "test_twelve_shops_from_the_consent_to_a_void_of_last_month",
        "test_once_it_is_read_the_reports_are_one_press_away",
    ),
    "2.6 status, active flag, and the hole that fills": (
        "test_ta08_a_paused_location_is_not_asked_by_the_minute_and_what_it_sold_meanwhile_is_read",
        "test_ta09_a_job_that_is_off_holds_its_stores_and_on_again_the_hole_fills",
        "test_off_and_on_again_by_the_toast",
    ),
    "2.6 deleting keeps the data and gives the consent back, unless somebody else needs it": (
        "test_ta10_a_deleted_job_keeps_its_data_and_gives_the_consent_back",
        "test_an_account_that_other_apps_work_over_is_kept_and_the_dialog_says_which",
        "test_webhooks_and_tokens_that_hear_less_are_named_in_the_dialog",
    ),
    "2.6 a real closure is not filled": (
        "test_a_real_closure_is_not_filled_on_return_and_can_be_after_all",
        "test_a_pause_that_is_no_closure_is_filled_on_return",
    ),
    "2.6 a second action removes imported data": (
        "test_a_second_action_removes_what_the_till_brought_and_nothing_else",
        "test_a_removal_that_dies_half_way_goes_on_where_it_was",
    ),
    "2.7 how fresh the data are, per location and kind": (
        "test_nothing_is_wrong_and_the_page_says_how_fresh_each_figure_is",
    ),
    "2.7 a time clock that seems off": (
        "test_nobody_clocked_in_for_fourteen_days_although_it_sells",
        "test_ta07_a_time_clock_that_is_off_is_said",
    ),
    "2.7 one or two locations do not sync": (
        "test_a_location_that_no_shop_feeds",
        "test_a_location_that_is_not_operational",
        "test_a_location_that_sold_nothing_today",
        "test_a_counter_that_is_silent_while_it_is_open",
    ),
    "2.7 all stopped: anybody with the right signs in, matches and history stay": (
        "test_all_stopped_since_whoever_signed_in_is_gone_and_matches_and_history_stay",
    ),
    "3.1 net sales in the chain's basis, receipts, goods": (
        "test_net_sales_are_without_tax_unless_the_chain_says_otherwise",
        "test_a_return_only_receipt_counts_as_the_chain_wants",
    ),
    "3.2 overlap with each hour in four decimals": (
        "test_overlap_with_each_hour_from_8_50_to_12_10",
        "test_a_shift_from_08_50_to_12_10_of_3_2_is_exported_in_four_decimals",
    ),
    "3.2 an open entry counts up to now, after 16 hours until the day closed": (
        "test_ta17_without_a_check_out_hours_count_up_to_now_then_until_the_day_closed",
    ),
    "3.2 overlapping entries of one person are a union": (
        "test_a_person_counts_once_at_any_moment_and_two_people_twice",
    ),
    "3.2 overlapping entries are flagged": (
        "test_overlapping_entries_of_one_person_at_one_shop_are_joined_and_flagged",
        "test_a_person_at_two_shops_at_once_is_counted_at_both_and_flagged",
    ),
    "3.2 a weekly pattern of staff where no clock is; measured beats planned": (
        "test_3_2_where_no_clock_is_the_hours_of_a_day_are_those_of_its_pattern_with_its_coverage",
        "test_3_2_the_true_clock_entry_wins_as_soon_as_it_comes_for_its_whole_day_and_stands_among_the_changes",
        "test_3_2_typed_staff_hours_win_for_their_whole_day_and_nothing_measured_stands_beside_them",
        "test_3_2_a_pattern_holds_from_its_date_on_until_the_next_and_an_empty_one_ends_it",
        "test_3_2_hours_to_come_closed_days_and_other_weekdays_have_no_planned_staff",
        "test_3_2_it_is_typed_shown_as_planned_everywhere_logged_deleted_and_brought_back",
        "test_3_2_who_may_type_staff_hours_types_it_and_marketing_sees_nothing_of_it",
        "test_3_2_another_tenant_s_pattern_is_neither_seen_nor_changed_nor_counted",
    ),
    "3.3 a file with the columns of the model and counts": (
        "test_ta25_hour_13_is_13_to_14_and_ta26_a_thousands_mark_refuses_its_row_alone",
        "test_a_file_says_what_of_it_was_taken",
    ),
    "1 and 3.3 file feeds at 60, 30 or 15 minutes": (
        "test_rows_of_quarters_and_halves_add_up_to_their_hour_and_cover_it",
        "test_a_row_that_begins_at_no_quarter_is_refused",
    ),
    "3.3 a webhook, signed, answered at once, once": (
        "test_a_signed_message_is_taken_and_counts",
        "test_ta24_the_same_webhook_twice_and_out_of_order_is_one_record",
        "test_a_message_without_a_signature_is_refused",
    ),
    "3.3 a running total is its differences, a drop is a reset": (
        "test_ta23_a_running_total_that_resets_at_midnight_is_never_negative",
        "test_a_running_total_told_out_of_order_and_twice_comes_to_the_same",
    ),
    "3.3 late data are normal, missing is not zero": (
        "test_ta19_a_counter_that_was_offline_delivers_late_and_conversion_is_restated",
        "test_a_late_batch_does_not_make_a_dead_counter_look_alive",
    ),
    "3.3 in, or in and out by two, with a factor": ("test_a_correction_factor_and_both_ways_counting",),
    "3.3 in and out that differ by a tenth are flagged": (
        "test_quality_lists_the_days_with_something_to_look_at_and_the_whole_ones_when_asked",
    ),
    "3.3 estimated buckets, filling from the weeks before": (
        "test_missing_stays_missing_without_a_rule_and_is_filled_by_the_median_of_the_weeks_before_with_one",
        "test_three_weeks_tell_nothing_usual_and_only_eight_are_asked",
        "test_the_true_count_takes_the_place_of_an_estimate_and_is_a_change",
        "test_weeks_that_are_told_later_make_the_estimate_anew_in_any_order",
        "test_ta30_with_the_rule_on_the_silent_entrance_is_estimated_and_the_other_counts_as_told",
        "test_a_day_is_filled_once_it_is_over_and_the_hourly_sweep_does_it",
        "test_a_typed_figure_stands_over_an_estimate_and_has_nothing_measured_beside_it",
        "test_somebody_fills_a_day_sees_it_marked_everywhere_and_takes_it_back",
        "test_the_rule_is_a_box_in_the_settings",
    ),
    "3.3 more than three times the usual for an hour is flagged": (
        "test_of_3_3_more_than_three_times_the_usual_for_that_hour_is_flagged_on_the_day_and_in_quality",
        "test_three_people_where_nobody_ever_comes_are_no_fault_and_four_are",
    ),
    "3.3 staff subtraction, groups": (
        "test_a_fixed_number_a_day_is_spread_over_the_business_hours_and_no_hour_goes_below_nought",
        "test_without_typed_business_hours_a_fixed_number_takes_nothing_off",
        "test_a_sensor_of_staff_is_taken_off_and_its_silence_leaves_visitors_unknown",
        "test_groups_are_counted_apart_shown_and_exported_and_are_no_visitors",
        "test_the_location_s_page_takes_it_and_wants_the_number",
    ),
    "3.3 folder, SFTP and mail drop, XLS": (
        "test_a_file_in_the_folder_is_taken_once_by_its_content_and_moved_aside",
        "test_a_file_that_cannot_be_read_is_parked_and_one_row_at_fault_is_named_with_its_line",
        "test_killed_half_way_nothing_is_lost_and_nothing_counts_twice",
        "test_workbooks_xls_and_xlsx_are_read_by_the_same_rules",
        "test_a_workbook_that_swells_is_refused_before_it_is_unpacked",
        "test_files_on_an_sftp_server_are_read_once_and_left_there",
        "test_files_in_a_mailbox_are_taken_of_who_may_send_and_knows_the_word",
        "test_the_clock_looks_at_every_place_and_the_owner_sets_one_up_by_the_page",
    ),
    "3.3 pulling from Axis and Hikvision": (
        "test_hours_are_asked_of_the_device_since_the_last_and_once_more_for_what_comes_late",
        "test_a_device_is_asked_each_hour_and_what_is_wrong_with_it_is_said",
        "test_the_repeated_hour_of_a_device_is_two_and_the_skipped_one_none",
        "test_an_owner_sets_a_device_up_by_its_page",
    ),
    "3.3 pulling from Dor: by update time, validity and completeness marks, per location": (
        "test_3_3_dor_is_asked_by_update_time_and_an_hour_counts_once_it_is_complete_and_valid",
        "test_3_3_what_is_not_complete_is_asked_for_again_and_what_dor_takes_back_is_unknown",
        "test_3_3_a_location_of_dor_that_gets_its_counter_later_has_its_past_read",
        "test_3_3_what_is_wrong_with_dor_is_said_and_nothing_counts",
    ),
    "3.3 privacy: no picture, no identifier of a person or phone": (
        "test_3_3_no_picture_and_nothing_of_a_person_is_accepted",
    ),
    "3.4 a failing location stops no other, an overlapping run is skipped": (
        "test_ta12_of_twenty_shops_one_answers_500_and_the_others_are_read",
        "test_ta13_a_run_of_seventy_minutes_skips_the_next_and_the_one_after_covers_all",
        "test_a_run_that_overlaps_the_next_is_not_doubled",
    ),
    "3.4 what was made is told to open pages": (
        "test_what_one_page_makes_is_told_to_the_others_once",
        "test_somebody_who_is_still_in_does_not_make_pages_ask_one_another_for_ever",
    ),
    "3.5 any range, undone, marked; a measured value that changes is told": (
        "test_a_figure_is_typed_marked_logged_and_taken_back",
        "test_ta35_a_typed_figure_stays_when_the_measured_one_changes_and_both_are_told",
        "test_measured_wins_after_tailoring_where_the_chain_says_so",
    ),
    "4 every KPI by its formula, empty without a divisor": (
        "test_the_worked_example",
        "test_no_figure_is_infinite_or_fails",
        "test_missed_sales_at_target",
    ),
    "4 labour %: nothing is guessed, matched hours, coverage shown": (
        "test_labour_share_is_cost_by_sales_of_the_hours_in_which_it_is_known_with_its_coverage",
        "test_without_a_wage_nothing_is_guessed",
        "test_it_holds_from_its_date_on",
        "test_the_nearest_holds_the_store_before_its_region_before_its_district_before_the_chain",
    ),
    "4 visitors per open hour": (
        "test_visitors_per_open_hour_counts_only_hours_that_know_both_and_is_empty_where_it_was_closed",
        "test_it_is_of_the_typed_business_hours",
    ),
    "4 the share of returns is of goods sold": ("test_a_share_of_returns_is_of_goods_sold_however_items_are_counted",),
    "4 the equation stores nothing, and has sales of other hours as a bar of their own": (
        "test_ta41_what_if_moves_nothing_but_the_page",
    ),
    "4 a suggested target for STAR: six weeks of conversion by weekday, the STAR where it peaks": (
        "test_it_is_the_star_of_the_weekday_whose_conversion_peaks_of_six_weeks_or_more",
        "test_its_page_shows_how_it_comes_about_one_press_takes_it_and_undo_gives_it_back",
    ),
    "4 transactions as the chain counts them": ("test_a_return_only_receipt_counts_as_the_chain_wants",),
    "4.1 ratio of sums over matched hours, coverage printed": (
        "test_the_worked_example_prints_its_coverage",
        "test_the_day_of_4_1_is_printed_as_the_reference_says",
        "test_the_worked_example_from_real_sources",
    ),
    "4.1 sums list the locations without the needed feed": (
        "test_4_1_of_each_feed_the_locations_without_it_are_named_unless_none_has_it",
        "test_4_1_a_sum_is_of_the_locations_with_the_feed_and_every_page_names_the_others",
        "test_4_1_many_names_are_folded",
    ),
    "4.1 money in several currencies is never added": ("test_money_of_two_currencies_is_never_added",),
    "4.2 hour to year, weeks from Monday or Sunday, 4-5-4": (
        "test_every_step_adds_up_to_the_same",
        "test_weeks_begin_on_monday_or_sunday",
        "test_the_retail_calendar_of_the_nrf",
        "test_the_same_retail_week_of_last_year_keeps_its_weekday",
    ),
    "4.2 and 4.3 53-week years as they are, or restated by one week": (
        "test_4_2_after_a_year_of_53_weeks_last_year_is_as_it_is_or_restated_by_a_week",
        "test_4_2_restated_the_same_retail_week_keeps_its_weekday_and_is_52_weeks_back",
        "test_4_2_a_restated_year_has_the_weeks_and_months_of_the_year_behind_it",
        "test_4_2_months_of_53_weeks_restated_begin_a_week_later_and_no_week_is_lost",
        "test_4_2_the_page_has_the_months_of_53_weeks_as_they_are_or_restated",
    ),
    "4.2 parts of the day": ("test_the_report_over_time_has_a_row_for_each_part_and_the_rest_apart",),
    "4.2 the average profile of a weekday: a mean of sums, days below 80 % left out, the repeated hour in its label": (
        "test_4_2_a_usual_weekday_is_the_mean_of_its_days_without_those_known_in_less_than_80_per_cent",
        "test_4_2_where_nobody_counts_no_day_is_left_out",
        "test_4_2_the_page_names_the_days_that_are_left_out_and_any_weekday_can_be_chosen",
        "test_4_2_the_repeated_hour_is_in_its_label_of_a_profile_and_apart_in_the_day",
    ),
    "4.3 what a period is compared with": (
        "test_a_week_beside_another",
        "test_29_february_is_compared_with_28_february",
        "test_a_chosen_period_has_the_same_length",
        "test_a_day_is_beside_its_counterpart",
    ),
    "4.3 the same retail week last year, the same dates last year: of each day of the period": (
        "test_4_3_a_period_over_the_end_of_a_retail_year_has_the_week_number_of_each_of_its_days",
        "test_4_3_each_day_of_a_period_is_compared_as_it_is_alone",
        "test_4_3_restated_is_364_days_back_in_every_year_whatever_the_period",
        "test_4_3_a_period_over_29_february_is_beside_the_same_dates_whole_or_in_part",
        "test_4_3_a_period_over_the_end_of_53_weeks_digit_for_digit",
        "test_4_3_each_day_of_it_has_its_own_counterpart",
        "test_4_3_a_running_period_over_29_february_is_beside_the_same_dates",
    ),
    "4.3 like for like, stores left out are named, points for rates": (
        "test_ta33_a_store_without_the_other_period_is_left_out_and_named",
        "test_a_rate_changes_in_points_and_money_in_per_cent",
    ),
    "4.3 beside a budget or target: the index": (
        "test_an_index_is_actual_by_budget_of_each_figure_that_has_one",
        "test_only_days_that_are_over_and_know_both_sides_count",
        "test_the_target_of_a_location_is_the_budget_of_its_conversion_by_its_visitors",
        "test_every_report_can_stand_beside_the_budget",
        "test_a_week_has_the_index_of_its_budget_and_of_how_many_days",
        "test_a_file_of_budgets_says_what_of_it_was_taken_and_leaves_what_is_empty",
        "test_an_edit_and_a_file_of_budgets_are_taken_back_and_set_again_and_noted",
        "test_what_somebody_set_again_since_is_not_taken_back",
    ),
    "4.3 a running day is compared with the same hours": (
        "test_ta34_a_running_day_is_compared_up_to_the_same_minute",
        "test_ta34_the_totals_of_a_running_day_are_compared_up_to_the_same_minute_too",
        "test_a_day_that_is_not_over_is_in_its_row_and_compared_with_nothing",
    ),
    "5 an edit of any age is picked up": (
        "test_ta14_a_clock_edited_three_days_later_moves_the_hours_and_is_listed",
        "test_ta15_a_clock_entry_deleted_after_twenty_days_is_gone_from_the_sums",
        "test_ta16_a_clock_edited_after_sixty_days_is_seen_by_the_monthly_sweep",
        "test_ta16_a_clock_edited_after_sixty_days_is_seen_by_the_button_that_reads_days_again",
    ),
    "5 what changed is listed, and the first reading of the past is no change": (
        "test_late_changes_are_listed_with_what_was_before_and_exported",
        "test_a_change_says_what_it_comes_from",
        "test_sales_that_are_imported_after_the_clock_was_read_are_no_change_and_a_void_of_them_is",
        "test_what_counters_remember_of_the_time_before_they_were_known_is_no_change_and_what_comes_late_is",
        "test_the_first_reading_of_a_clock_is_no_change_of_the_days_it_tells_of",
    ),
    "5 exports have a revision, a delta has only what changed": ("test_a_delta_export_gives_only_what_changed_since",),
    "6.1 days to include, columns and a title in every report; submit or schedule": (
        "test_6_1_only_days_that_are_included_are_summed",
        "test_6_1_each_included_day_is_compared_with_its_own_counterpart",
        "test_6_1_some_days_and_all_others_add_up_to_the_whole",
        "test_6_1_every_report_takes_the_days_to_include_and_the_address_keeps_them",
        "test_6_1_files_have_the_same_days",
        "test_6_1_staffing_quality_and_changes_have_columns_of_their_own_on_the_page_and_in_the_file",
        "test_6_1_a_title_heads_the_page_its_file_and_its_sheet_and_stays_with_its_report",
        "test_6_1_a_report_by_mail_has_the_title_days_hours_columns_and_figures_of_its_page",
        "test_6_1_a_data_export_that_goes_by_itself_has_the_parameters_of_its_page",
    ),
    "6.1 data quality: coverage per feed, estimated and typed shares, late records": (
        "test_quality_lists_the_days_with_something_to_look_at_and_the_whole_ones_when_asked",
        "test_data_quality_tells_the_share_of_typed_hours_and_how_many_moved_late",
    ),
    "6.1 store comparison: both, difference, change": (
        "test_two_stores_stand_side_by_side_with_their_difference_and_change",
    ),
    "7 TA-39 by region, also where one region alone is chosen, by each day's tree or today's": (
        "test_ta39_a_month_by_region_uses_the_tree_of_each_day",
        "test_ta39_a_report_of_one_region_has_the_days_on_which_a_location_was_in_it",
    ),
    "6.1 totals, stores and periods side by side, quality, changes": (
        "test_the_totals_are_the_same_on_screen_in_csv_xlsx_parquet_json_and_the_api",
        "test_screen_and_file_say_the_same",
    ),
    "6.1 weekly performance: seven days and the week, per location": (
        "test_it_has_seven_days_and_the_week_of_each_location_and_of_all",
        "test_the_page_has_the_days_their_figures_their_change_and_coverage",
        "test_the_files_of_a_week_say_what_the_page_says",
        "test_a_week_comes_by_mail_with_the_figures_of_its_page",
    ),
    "6.1 staffing fit: visitors, hours, STAR, target, over or under, by hour": (
        "test_hours_over_and_under_are_staff_less_visitors_by_the_target",
        "test_the_page_says_how_many_too_few_by_the_hour_and_in_one_sentence",
        "test_the_file_of_staffing_has_a_row_for_each_location_and_hour",
        "test_staffing_fit_comes_by_mail_with_the_figures_of_its_page",
    ),
    "6.2 one row per location and hour; ids are text, empty stays empty": (
        "test_ta04_an_id_keeps_its_leading_zeros_in_every_format_and_empty_stays_empty",
        "test_the_export_has_the_cost_beside_the_hours",
        "test_the_till_s_books_are_the_report_to_the_cent_on_screen_in_every_file_and_in_the_mail",
    ),
    "6.2 CSV: choice of separator and decimal mark, remembered": (
        "test_6_2_csv_has_the_separator_and_decimal_mark_that_somebody_chose_and_remembers_them",
        "test_6_2_one_download_may_have_a_form_of_its_own",
    ),
    "6.2 the API has cursors, and what changed since": (
        "test_6_2_the_api_gives_hours_a_page_at_a_time_none_twice_and_none_left_out",
        "test_a_delta_export_gives_only_what_changed_since",
    ),
    "6.2 scheduled to e-mail": ("test_6_2_a_file_goes_by_mail_attached_and_once",),
    "6.2 scheduled to SFTP, whole or not at all, once, tried again, shown and mailed": (
        "test_6_2_a_file_goes_to_an_sftp_server_whole_or_not_at_all_and_once",
        "test_6_2_what_does_not_arrive_is_tried_again_shown_and_mailed_once",
        "test_6_2_after_three_days_it_is_given_up_and_said_so",
        "test_6_2_a_server_with_another_key_than_before_gets_nothing",
        "test_6_2_with_a_private_key_and_in_another_kind",
    ),
    "6.2 scheduled to a webhook": (
        "test_6_2_a_webhook_hears_once_of_each_file_signed_and_a_token_fetches_it",
        "test_a_webhook_that_is_paused_is_mailed_to_whoever_made_it",
    ),
    "6.3 today cumulative, with last week's line and a usual day's": (
        "test_6_3_a_day_so_far_is_summed_beside_last_week_and_a_usual_day",
        "test_6_3_today_ends_where_it_is_and_an_hour_that_nobody_counted_is_a_gap",
    ),
    "6.3 conversion line over traffic bars, two axes, labelled": (
        "test_6_3_conversion_is_a_line_over_bars_of_visitors_with_two_labelled_axes",
        "test_6_3_two_axes_are_labelled",
    ),
    "6.3 scatter of STAR against conversion": (
        "test_6_3_visitors_per_staff_hour_against_conversion_is_a_point_each_day_of_six_weeks",
    ),
    "6.3 store ranking bars with target mark": (
        "test_6_3_stores_are_ranked_with_a_mark_at_their_target",
        "test_best_and_worst_of_many_stores_and_all_of_them_in_the_file",
    ),
    "6.3 hour × weekday heat map": ("test_the_heat_map_has_each_weekday_by_its_hours_over_four_weeks",),
    "Issue: down to the receipts behind a figure": ("test_behind_a_figure_are_its_days_hours_and_receipts",),
    "6.3 trend of 13 months with last year": (
        "test_6_3_thirteen_months_are_beside_those_of_a_year_before_and_a_running_one_counts_the_same_days",
    ),
    "6.3 gaps are gaps, estimates hatched, provisional hours lighter": (
        "test_6_3_estimates_are_hatched_provisional_hours_lighter_and_gaps_are_gaps",
        "test_6_3_the_hour_that_is_running_is_lighter_and_an_estimated_one_hatched",
    ),
    "6.3 every chart has its table and its export; readable without colour": (
        "test_6_3_each_chart_has_its_table_and_its_file",
        "test_6_3_what_is_drawn_is_readable_without_colour",
    ),
    "6.3 KPI tiles with change; the equation as a chain of tiles": (
        "test_the_dashboard_answers_first_and_says_what_it_is_compared_with",
        "test_ta41_what_if_moves_nothing_but_the_page",
    ),
    "6.3 why sales moved: three effects that add up": (
        "test_6_3_why_sales_moved_adds_up",
        "test_the_three_effects_add_up_to_the_difference",
        "test_the_three_effects_of_6_3_on_the_day_of_4_1",
    ),
    "6.4 mails at once, after 24 h, 48 h later, 7 days later, stopped by one click, its end told once": (
        "test_mails_go_at_once_after_24_hours_48_hours_later_7_days_later_and_then_no_more",
        "test_one_press_stops_the_mails_of_an_alert_and_another_lets_them_go_on",
        "test_its_end_is_written_once_when_it_has_stayed_away_for_an_hour",
        "test_what_is_back_after_its_end_was_written_is_written_at_once_and_its_end_is_not_again",
    ),
    "6.4 silent two open hours, or as long as was said": (
        "test_a_counter_is_silent_after_two_hours_of_opening_and_not_because_the_shop_is_closed",
        "test_two_open_hours_unless_somebody_said_otherwise_the_nearest_holds",
    ),
    "6.4 the other alerts": (
        "test_no_sale_in_two_hours_with_more_than_thirty_visitors",
        "test_more_sales_than_visitors_is_told_once_there_are_enough",
        "test_a_till_that_is_not_read_for_ninety_minutes_of_opening_and_nothing_at_night",
        "test_an_account_that_is_refused_is_told_as_that_and_not_as_late",
        "test_more_visitors_an_hour_of_staff_than_the_target_for_three_hours",
        "test_ta17_somebody_in_for_more_than_sixteen_hours",
    ),
    "6.4 a feed of counts that fails, by pull or by file": (
        "test_a_feed_that_fails_for_ninety_minutes_is_told_once_and_over_when_it_delivers_again",
        "test_a_file_that_cannot_be_read_is_an_alert_until_the_next_one_can",
        "test_a_place_is_changed_by_its_page_without_typing_its_password_again",
    ),
}

NOT_YET: dict[str, str] = {
    "3.3 the fields of Dor's answers": "on no public page: their names are assumed, in one block of `arrivals/dor.py`",
}
