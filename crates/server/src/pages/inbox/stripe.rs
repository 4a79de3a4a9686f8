//! Where Stripe's dashboard shows an object.

/// Stripe's dashboard.
const DASHBOARD: &str = "https://dashboard.stripe.com";

/// The address in the right mode; absent for what is no id of Stripe's.
pub(in crate::pages) fn stripe_href(id: &str, livemode: bool) -> Option<String> {
    let (prefix, rest) = id.split_once('_')?;
    if rest.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return None;
    }
    let page = match prefix {
        "pi" | "ch" | "py" => "payments",
        "evt" => "events",
        "cus" => "customers",
        "sub" => "subscriptions",
        "in" => "invoices",
        "du" | "dp" => "disputes",
        "cs" => "checkout/sessions",
        "re" | "pyr" => "refunds",
        _ => return None,
    };
    let mode = if livemode { "" } else { "/test" };
    Some(format!("{DASHBOARD}{mode}/{page}/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_shown_in_its_mode() {
        let table = [
            ("pi_1", true, Some("https://dashboard.stripe.com/payments/pi_1")),
            ("ch_1", false, Some("https://dashboard.stripe.com/test/payments/ch_1")),
            ("cs_test_a1", false, Some("https://dashboard.stripe.com/test/checkout/sessions/cs_test_a1")),
            ("rdg_1", true, None),
            ("pi_", true, None),
            ("pi_1/../../evil", true, None),
            ("nothing", true, None),
        ];
        for (id, livemode, want) in table {
            assert_eq!(stripe_href(id, livemode).as_deref(), want, "{id}");
        }
    }
}
