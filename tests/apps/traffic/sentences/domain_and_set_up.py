"""The tree, roles, and how a till is connected (traffic-analytics.md 1 and 2)."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, ...]]] = {
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
    "1 a location id is matched after padding, a mask takes its last characters": (
        "test_matching_rules",
        "test_2_3_feeds_name_a_location_by_what_of_its_id_counts_or_by_all_of_it",
        "test_2_3_a_file_and_a_feed_that_say_the_whole_id_are_matched_with_a_mask",
    ),
    "1 only an operational location imports": (
        "test_ta08_between_paused_and_operational_nothing_comes_in_then_the_hole_fills",
        "test_a_location_out_of_operation_is_not_looked_after",
    ),
    "1 the scope of a job is a chain or locations": (
        "test_1_without_a_chain_there_is_nothing_to_choose",
        "test_1_a_job_for_a_chain_feeds_its_locations_and_makes_new_ones_there",
        "test_1_a_job_made_for_the_wrong_chain_is_moved_with_its_locations_and_undone",
        "test_1_from_today_on_past_days_keep_their_chain_and_an_undo_leaves_what_came_since",
        "test_1_a_job_takes_no_location_of_a_third_chain_along_nor_one_that_another_job_feeds",
        "test_1_a_job_is_moved_by_whoever_has_both_chains",
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
        "test_1_1_whoever_has_chosen_stores_reads_of_the_integrations_that_feed_them_alone",
        "test_1_1_how_we_count_is_changed_by_whoever_sees_every_store_and_the_page_says_so",
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
        "test_a_location_that_no_shop_feeds_is_matched_at_the_job_of_its_own_chain",
        "test_a_location_that_is_not_operational",
        "test_a_location_that_sold_nothing_today",
        "test_a_counter_that_is_silent_while_it_is_open",
    ),
    "2.7 all stopped: anybody with the right signs in, matches and history stay": (
        "test_all_stopped_since_whoever_signed_in_is_gone_and_matches_and_history_stay",
    ),
    "1 and 3.3 file feeds at 60, 30 or 15 minutes": (
        "test_rows_of_quarters_and_halves_add_up_to_their_hour_and_cover_it",
        "test_a_row_that_begins_at_no_quarter_is_refused",
    ),
}
