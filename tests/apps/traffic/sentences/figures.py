"""Key figures, how they are added up and compared (traffic-analytics.md 4)."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, ...]]] = {
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
}
