//! Who may call, and in which version. <https://docs.stripe.com/api/authentication>

use super::Call;
use crate::refused::Refused;

/// Any secret or restricted key of the account's mode will do: there is nothing here to protect.
pub(super) fn check(call: &Call, livemode: bool) -> Result<(), Refused> {
    let key = call.authorization.and_then(key).ok_or_else(|| {
        let message = "You did not provide an API key. You need to provide your API key in the Authorization header, \
                       using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
        Refused::plain(401, message)
    })?;
    let starts = if livemode { ["sk_live_", "rk_live_"] } else { ["sk_test_", "rk_test_"] };
    if !starts.iter().any(|start| key.len() > start.len() && key.starts_with(start)) {
        let message = format!("Invalid API Key provided: {}", masked(&key));
        return Err(Refused::plain(401, message));
    }
    match call.version {
        Some(version) if !is_version(version) => {
            Err(Refused::plain(400, format!("Invalid Stripe API version: {version}")))
        }
        _ => Ok(()),
    }
}

/// From `Bearer <key>`, or `Basic` with the key as user and no password.
fn key(authorization: &str) -> Option<String> {
    let (scheme, rest) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    let decoded = scheme.eq_ignore_ascii_case("basic").then(|| base64(rest.trim()))??;
    Some(decoded.split_once(':').map_or(decoded.as_str(), |(user, _)| user).to_owned())
}

/// RFC 4648, as far as an ASCII user name needs it.
fn base64(text: &str) -> Option<String> {
    let value = |b: u8| match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut bits, mut held, mut decoded) = (0_u32, 0, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        bits = (bits << 6 | u32::from(value(byte)?)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            decoded.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    String::from_utf8(decoded).ok()
}

/// `sk_test_****cdef`
fn masked(key: &str) -> String {
    let last: String =
        key.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().filter(char::is_ascii).collect();
    let start: String = key.chars().take(8).filter(char::is_ascii).collect();
    if key.chars().count() > 12 { format!("{start}****{last}") } else { "****".to_owned() }
}

/// `2024-06-20`, or with a name since 2024-09-30: `2026-10-28.endive`.
fn is_version(text: &str) -> bool {
    let (date, name) = text.split_once('.').unwrap_or((text, "x"));
    let parts: Vec<&str> = date.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [4, 2, 2]
        && parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()))
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(authorization: Option<&str>, version: Option<&str>) -> u16 {
        let call = Call {
            method: "GET",
            path: "/v1/balance",
            query: "",
            authorization,
            version,
            idempotency_key: None,
            body: &[],
        };
        check(&call, false).err().map_or(200, |refused| refused.status)
    }

    #[test]
    fn a_key_comes_as_bearer_or_as_basic_user() {
        assert_eq!(status(Some("Bearer sk_test_abc"), None), 200);
        assert_eq!(status(Some("bearer rk_test_abc"), Some("2024-06-20")), 200);
        // sk_test_abc:
        assert_eq!(status(Some("Basic c2tfdGVzdF9hYmM6"), Some("2026-10-28.endive")), 200);
        for refused in ["Bearer sk_live_abc", "Bearer pk_test_abc", "Bearer sk_test_", "Basic %%%", "x"] {
            assert_eq!(status(Some(refused), None), 401, "{refused}");
        }
        assert_eq!(status(None, None), 401);
    }

    #[test]
    fn a_version_is_a_date() {
        for wrong in ["latest", "2026-10", "2026-1-28", "2026-10-28.", "2026-10-28.X"] {
            assert_eq!(status(Some("Bearer sk_test_abc"), Some(wrong)), 400, "{wrong}");
        }
    }

    #[test]
    fn a_refused_key_is_not_shown() {
        assert_eq!(masked("sk_test_0123456789abcdef"), "sk_test_****cdef");
        assert_eq!(masked("short"), "****");
    }
}
