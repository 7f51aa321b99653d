"""The seed's flows (2.1 to 2.4 of the reference), sentence by sentence, each beside the tests that show it.

`NOT_YET` are its sentences that are not true, and why: nobody has to find that out alone.
"""

SENTENCES: dict[str, tuple[str, ...]] = {
    "O1 create an account": ("test_a_mail_leads_to_an_organisation_and_its_owner_once",),
    "O2 find it in the catalogue: search, categories, both marks, prices, what it does and does not, a set-up guide": (
        "test_o2_the_catalogue_is_searched_opened_and_leads_to_a_new_integration",
        "test_o2_a_tile_names_the_till_the_provider_and_its_category",
    ),
    "O3 O4 open, add new": (
        "test_o2_to_o10_from_the_catalogue_to_an_active_integration",
        "test_o04_to_o09_a_place_is_added_set_up_and_enabled",
    ),
    "O5 authenticate with state and PKCE, for the scopes of the connector": (
        "test_the_whole_way_leads_to_sealed_tokens_and_the_locations",
        "test_a_state_nobody_gave_is_refused",
        "test_e54_a_self_service_client_is_refused_with_its_reason",
        "test_e55_a_right_that_is_missing_is_shown_as_partial",
        "test_a_code_that_was_caught_is_worth_nothing_without_its_verifier",
    ),
    "O6 businesses are read when the page opens; a place has one live integration": (
        "test_f10_f11_methods_and_businesses_are_read_each_time_the_settings_open",
        "test_o6_a_place_that_vanished_cannot_be_chosen",
        "test_e33_one_live_integration_for_a_place",
        "test_o04_to_o09_a_place_is_added_set_up_and_enabled",
    ),
    "O7 fields; methods are those of the till; addresses are validated": (
        "test_o04_to_o09_a_place_is_added_set_up_and_enabled",
    ),
    "O8 the integration id identifies and authorises nothing": ("test_o8_an_integration_id_alone_opens_nothing",),
    "O8 the provider waits, is linked, refused; both let go": (
        "test_o8_a_provider_waits_is_linked_is_refused_and_lets_go",
        "test_a_provider_is_let_in_by_one_click_and_let_go_by_another",
        "test_e39_either_side_lets_go_in_one_call",
    ),
    "O9 save keeps a draft, enable is refused without a card method": (
        "test_o2_to_o10_from_the_catalogue_to_an_active_integration",
        "test_o04_to_o09_a_place_is_added_set_up_and_enabled",
    ),
    "O10 add to my plan, monthly or yearly, after a trial": (
        "test_o2_to_o10_from_the_catalogue_to_an_active_integration",
        "test_o10_it_is_added_to_the_plan_ended_and_kept",
        "test_the_price_is_that_of_the_day_it_was_chosen",
    ),
    "O11 a test payment of 0.01 on a bill that somebody chose, and the provider's webhook test": (
        "test_o11_it_is_entered_from_the_checklist_and_is_a_difference_until_it_is_removed",
        "test_o11_no_provider_hears_of_it",
        "test_o11_only_a_bill_that_nobody_pays_is_chosen",
        "test_o11_one_at_a_time_and_only_when_all_else_is_green",
        "test_o11_one_that_is_refused_alarms_nobody_and_is_given_up",
        "test_o11_a_payment_said_to_be_removed_that_stands_on_its_bill_is_to_be_removed_again",
        "test_o11_the_line_turns_green_by_a_test_payment_that_is_removed_on_the_till",
        "test_both_secrets_sign_while_one_replaces_the_other",
    ),
    "2.2 the checklist turns green by observed facts": (
        "test_the_checklist_turns_green_by_what_the_till_does",
        "test_the_checklist_says_what_the_till_lacks",
        "test_one_method_for_vouchers_and_cards_is_warned_of",
    ),
    "2.2 mails for Lightspeed support, ready in English and French": (
        "test_mails_to_lightspeed_support_are_ready_in_english_and_french",
    ),
    "2.2 24 hours of trading without a notification are an alarm": (
        "test_t20_a_till_that_trades_and_tells_nothing",
        "test_t20_silent_notifications_lead_to_the_words_for_lightspeed_support",
    ),
    "2.2 an address of our own for each store": ("test_each_store_has_an_endpoint_of_its_own_at_its_own_door",),
    "F1 floor plans, kept ten minutes; none is a normal state": (
        "test_f1_floor_plans_are_read_once_in_ten_minutes",
        "test_f1_no_floor_plan_is_a_normal_state",
    ),
    "F2 open checks: all tables, one table, on UPDATE, before a payment": (
        "test_f2_open_checks_come_as_a_list",
        "test_e14_a_table_with_two_bills_shows_both",
        "test_e17_a_hold_that_no_longer_fits_is_let_go_of_the_latest_first",
        "test_p3_an_old_read_decides_nothing",
    ),
    "F2 one read serves all who ask, two seconds between reads": (
        "test_f2_whoever_asks_at_once_is_served_by_one_read",
        "test_e12_a_flood_of_hints_is_one_read_in_two_seconds",
    ),
    "F3 apply a payment": (
        "test_f3_a_guest_holds_pays_and_the_till_has_it",
        "test_f3_a_taken_payment_is_on_the_till_and_the_bill_closes",
        "test_a_guest_pays_a_share_then_items_then_the_rest_and_the_bill_closes",
    ),
    "F3 staff see what is left, who is paying and what is stuck, live": (
        "test_the_page_asks_for_its_rows_every_three_seconds",
        "test_a_table_says_what_is_left_and_who_is_paying",
        "test_what_is_stuck_is_red_until_it_is_over",
        "test_t7_what_waits_for_the_till_is_red_once_it_is_late",
        "test_t5_t9_money_that_is_on_no_open_bill_is_seen_all_the_same",
        "test_t22_what_was_given_back_and_stands_on_the_till_is_named_so",
    ),
    "F4 a refused payment: mail, alarm, message on the till, the provider hears": (
        "test_f04_a_refused_payment_says_why_and_what_to_do",
        "test_the_mail_of_a_row_leads_to_its_end",
        "test_the_alarm_stands_on_the_dashboard_while_it_lasts",
        "test_the_till_says_so_as_well",
        "test_the_feed_tells_what_became_of_a_payment_in_order",
    ),
    "F5 retry from the mail; opening it changes nothing": (
        "test_the_mail_of_a_row_leads_to_its_end",
        "test_payments_of_one_cause_go_again_from_their_digest",
        "test_f5_a_link_ends_after_seven_days_and_is_not_pressed_without_end",
        "test_f05_e37_after_success_the_link_says_since_when",
        "test_e38_a_retry_after_somebody_typed_it_names_the_line_and_sends_nothing_blindly",
    ),
    "F6 resend from list, page, API, mail": (
        "test_f06_all_of_one_cause_are_sent_again_together",
        "test_f6_a_payment_that_waits_for_somebody_is_sent_again",
    ),
    "F7 the payment notification": (
        "test_e05_the_tills_yes_comes_before_the_answer",
        "test_e10_a_callback_that_comes_twice_does_nothing_twice",
        "test_f07_a_reference_like_ours_that_is_not_raises_an_alarm",
    ),
    "F8 UPDATE and CLOSE": (
        "test_e10_an_update_after_the_close_does_not_open_it_again",
        "test_e17_a_hold_that_no_longer_fits_is_let_go_of_the_latest_first",
        "test_e52_e53_what_calls_itself_closed_only_makes_us_read",
        "test_e20_the_waiter_takes_cash_while_the_payment_is_on_its_way",
    ),
    "F9 authentication at first, at the settings, and when a call needs it": (
        "test_the_whole_way_leads_to_sealed_tokens_and_the_locations",
        "test_f9_opening_the_settings_renews_a_token_that_ran_out",
        "test_f9_a_call_that_finds_the_token_ran_out_renews_it",
    ),
    "F9 kept alive, refreshed once, asked twice after a lost answer": (
        "test_unused_tokens_are_renewed_every_other_day_each_connection_at_its_own_moment",
        "test_e35_many_workers_find_the_token_expired_and_one_refreshes",
        "test_e36_a_refresh_whose_answer_is_lost_is_asked_twice_and_then_a_person",
    ),
    "F10 methods at set-up, at each opening, daily and after a refusal": (
        "test_f10_f11_methods_and_businesses_are_read_each_time_the_settings_open",
        "test_t03_it_is_seen_before_a_guest_pays",
        "test_e29_a_method_that_is_deleted_refuses_new_holds_and_keeps_what_was_taken",
        "test_f10_whoever_was_told_of_a_payment_is_not_told_of_its_cause_again",
    ),
    "F11 a place that vanished": ("test_f11_a_place_that_is_gone_is_said_before_the_next_guest_pays",),
    "F12 orders eat-in and to-go": (
        "test_f12_an_eat_in_order_is_accepted_when_the_till_says_so",
        "test_f12_to_go_is_accepted_too",
        "test_f12_an_order_joins_a_running_bill",
        "test_a_guest_orders_to_a_running_table_and_to_go_each_once_and_soon",
        "test_p1_what_was_paid_is_kept_when_the_order_cannot_go",
    ),
    "F13 a plan warns, ends, is in grace; what was taken is recorded always": (
        "test_f13_warnings_come_once_14_7_and_1_days_before_the_end_and_when_it_is_over",
        "test_f13_an_ended_plan_closes_the_door_but_records_and_enters_what_was_taken",
        "test_e32_f13_after_the_grace_it_is_kept_and_not_sent",
        "test_f13_a_subscription_that_ends_is_added_to_the_plan_from_its_mail",
    ),
    "2.4 the payment API is not enabled; a method changed; staff was closed": (
        "test_t01_the_payment_api_is_not_enabled",
        "test_t03_the_payment_method_was_removed",
        "test_t02_the_staff_account_was_closed",
    ),
    "2.4 mails for an invalid SKU, a printing error, a connection error": (
        "test_t12_t13_an_unknown_item_is_mapped_from_its_mail_and_what_was_not_printed_is_not_sent_again",
        "test_t06_lightspeed_cannot_be_reached",
    ),
    "2.4 the till is told amounts, not items": (
        "test_items_carry_their_part_of_service_and_discount_and_come_to_the_bill",
    ),
    "2.3 what needs somebody is in every row of the failure table": ("test_every_row_of_the_failure_table_is_walked",),
}

NOT_YET: dict[str, str] = {}

NUMBERS_NOT_YET: set[str] = set()
