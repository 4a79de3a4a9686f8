//! Where Stripe's dashboard shows an object, in the mode it belongs to.

/// Stripe's dashboard.
const DASHBOARD: &str = "https://dashboard.stripe.com";
/// What an id begins with, and where such objects are.
const PLACES: &[(&str, &str)] = &[
    ("pi_", "payments"),
    ("ch_", "payments"),
    ("py_", "payments"),
    ("cus_", "customers"),
    ("cs_", "checkout/sessions"),
    ("dp_", "disputes"),
    ("du_", "disputes"),
    ("in_", "invoices"),
    ("sub_", "subscriptions"),
];

/// An object of Stripe's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pages) struct StripeId {
    pub(in crate::pages) id: String,
    /// Absent in the demo, whose Stripe is made up, and for what has no page there.
    pub(in crate::pages) href: Option<String>,
}

impl StripeId {
    /// `made_up` is true in the demo.
    pub(in crate::pages) fn of(id: &str, livemode: bool, made_up: bool) -> Self {
        let href = if made_up { None } else { href(id, livemode) };
        Self { id: id.to_owned(), href }
    }
}

fn href(id: &str, livemode: bool) -> Option<String> {
    // An id is what Stripe sent; one that is not made of these is not Stripe's.
    if !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return None;
    }
    let (_, place) = PLACES.iter().find(|(prefix, _)| id.starts_with(prefix))?;
    let mode = if livemode { "" } else { "/test" };
    Some(format!("{DASHBOARD}{mode}/{place}/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_into_the_right_mode() {
        let table = [
            ("pi_1", true, Some("https://dashboard.stripe.com/payments/pi_1")),
            ("pi_1", false, Some("https://dashboard.stripe.com/test/payments/pi_1")),
            ("ch_1", false, Some("https://dashboard.stripe.com/test/payments/ch_1")),
            ("cs_test_a1", false, Some("https://dashboard.stripe.com/test/checkout/sessions/cs_test_a1")),
            ("du_1", true, Some("https://dashboard.stripe.com/disputes/du_1")),
            ("cus_1", true, Some("https://dashboard.stripe.com/customers/cus_1")),
            ("re_1", true, None),
            ("pi_../../x", true, None),
            ("javascript:alert(1)", true, None),
        ];
        for (id, livemode, want) in table {
            assert_eq!(StripeId::of(id, livemode, false).href.as_deref(), want, "{id}");
            assert_eq!(StripeId::of(id, livemode, true).href, None);
        }
    }
}
