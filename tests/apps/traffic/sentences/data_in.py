"""What comes in, how it is corrected, and what changes late (traffic-analytics.md 3 and 5)."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, ...]]] = {
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
    "3.3 in, or in and out by two, a correction factor per counter with dates": (
        "test_a_correction_factor_and_both_ways_counting",
        "test_3_3_a_counter_counts_in_or_both_by_two_times_a_factor_from_a_date_on",
    ),
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
    "5 sent reports are not rewritten, the next one says which past figures moved": (
        "test_5_the_next_mail_says_which_past_figures_moved_and_its_link_shows_them",
        "test_5_what_the_report_before_could_say_is_not_said_again",
        "test_5_nobody_hears_that_something_moved_which_he_does_not_see",
    ),
    "5 exports have a revision, a delta has only what changed": ("test_a_delta_export_gives_only_what_changed_since",),
}
