"""Reports, exports, charts and alerts (traffic-analytics.md 6, and 7 where a case says more than its number)."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, ...]]] = {
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
