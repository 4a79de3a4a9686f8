//! Addresses on this server.

use std::fmt::Write as _;

/// Bytes of an address to go on to.
const NEXT_BYTES_MAX: usize = 2_000;
/// Going on to these would be going in circles.
const NOT_NEXT: &[&str] = &["/sign-in", "/sign-out", "/set-up"];

/// RFC 3986: all but the unreserved characters as `%XX`.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// `path` with those parameters that are there.
pub(super) fn with_query<'a>(
    path: &str,
    pairs: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> String {
    let mut href = path.to_owned();
    for (name, value) in pairs.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        let start = if href.contains('?') { '&' } else { '?' };
        let _ = write!(href, "{start}{name}={}", encoded(value));
    }
    href
}

/// Where to go on after signing in: a path of this server and nothing else, whoever wrote the link.
pub(super) fn local(next: Option<&str>) -> &str {
    let is_local = |path: &&str| {
        path.len() <= NEXT_BYTES_MAX
            && path.starts_with('/')
            && !path.starts_with("//")
            // Browsers read a backslash as a slash, and skip tabs and line ends.
            && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
            && !NOT_NEXT.iter().any(|not| path.starts_with(not))
    };
    next.filter(is_local).unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_on_to_this_server_alone() {
        for good in ["/", "/?livemode=false", "/settings/people/per_1?done=changed", "/j%2F..", "/a//b"] {
            assert_eq!(local(Some(good)), good);
        }
        let long = format!("/{}", "x".repeat(NEXT_BYTES_MAX));
        let bad = [
            "",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/a\r\nset-cookie: x=y",
            "/ü",
            "/a b",
            "/sign-in?next=/",
            "/sign-out",
            "/a\\..\\b",
            &long,
        ];
        for bad in bad {
            assert_eq!(local(Some(bad)), "/", "{bad:?}");
        }
        assert_eq!(local(None), "/");
    }

    #[test]
    fn parameters_are_encoded() {
        let pairs = [("a", Some("ü&=")), ("b", None), ("c", Some(""))];
        assert_eq!(with_query("/x", pairs), "/x?a=%C3%BC%26%3D&c=");
        let params = [("q", Some("Zoë & co")), ("outcome", None), ("limit", Some("5"))];
        assert_eq!(with_query("/", params), "/?q=Zo%C3%AB%20%26%20co&limit=5");
        assert_eq!(with_query("/payments", [("q", None)]), "/payments");
    }
}
