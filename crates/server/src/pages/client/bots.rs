//! Machines that look at a link are not the client: mail scanners, link previews, prefetching browsers (SPEC J4).

use axum::http::{HeaderMap, HeaderName, Method, header};

/// Parts of the names by which machines make themselves known, in lower case. Chat programs fetch a link to show a
/// preview of it; `preview`, `bot`, `crawl` and the like catch most of those that are not named.
const MACHINES: &[&str] = &[
    "bot",
    "crawl",
    "spider",
    "slurp",
    "preview",
    "scan",
    "fetch",
    "monitor",
    "check",
    "validator",
    "archive",
    "headless",
    "phantomjs",
    "lighthouse",
    "facebookexternalhit",
    "facebookcatalog",
    "meta-external",
    "whatsapp",
    "telegram",
    "slack",
    "discord",
    "skype",
    "viber",
    "signal",
    "snapchat",
    "pinterest",
    "embedly",
    "iframely",
    "bitly",
    "vkshare",
    "quora link",
    "redditbot",
    "google-",
    "googleother",
    "mediapartners",
    "feedburner",
    "yahoo!",
    "ia_archiver",
    "barracuda",
    "mimecast",
    "proofpoint",
    "safelinks",
    "ms-office",
    "microsoft office",
    "outlook-",
    "curl",
    "wget",
    "python",
    "java/",
    "go-http",
    "okhttp",
    "node",
    "axios",
    "undici",
    "ruby",
    "perl",
    "php",
    "libwww",
    "httpclient",
    "http-client",
    "postman",
    "insomnia",
    "apache-",
    "dart",
    "reqwest",
    "cfnetwork",
    "guzzle",
    "winhttp",
];
/// A maker of phones whose name ends in what machines are called.
const PHONES_NAMED_BOT: &str = "cubot";
/// Every browser begins its name so.
const BROWSER: &str = "mozilla/5.0";
/// How a browser says that nobody looks yet.
const PREFETCH_HEADERS: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
/// Where the browser shows what it asks for.
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// True when a person is likely to look at what is asked for.
pub(super) fn is_person(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let agent =
        text(&header::USER_AGENT).unwrap_or_default().to_ascii_lowercase().replace(PHONES_NAMED_BOT, "");
    let prefetched = PREFETCH_HEADERS.iter().any(|name| {
        let value = headers.get(*name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        ["prefetch", "preview", "prerender"].iter().any(|purpose| value.contains(purpose))
    });
    method == Method::GET
        && agent.starts_with(BROWSER)
        && !MACHINES.iter().any(|machine| agent.contains(machine))
        && !prefetched
        && text(&SEC_FETCH_DEST).is_none_or(|dest| dest == "document")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                         Version/18.5 Mobile/15E148 Safari/604.1";

    fn person(headers: &[(&str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        is_person(&Method::GET, &map)
    }

    #[test]
    fn browsers_are_people() {
        let agents = [
            PHONE,
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
            "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Mozilla/5.0 (Linux; Android 15; SM-S931B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36 Instagram 400.0.0",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.0.0 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
        ];
        for agent in agents {
            assert!(person(&[("user-agent", agent)]), "{agent}");
        }
        assert!(person(&[("user-agent", PHONE), ("sec-fetch-dest", "document")]));
    }

    #[test]
    fn machines_are_not() {
        let agents = [
            "",
            "curl/8.5.0",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "WhatsApp/2.23.20.0 A",
            "TelegramBot (like TwitterBot)",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
            "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36",
            "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
            "python-requests/2.32",
        ];
        for agent in agents {
            assert!(!person(&[("user-agent", agent)]), "{agent}");
        }
        assert!(!person(&[]));
    }

    #[test]
    fn nobody_looks_at_what_is_fetched_beforehand() {
        for (name, value) in [
            ("sec-purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "prefetch"),
            ("x-moz", "prefetch"),
            ("x-purpose", "preview"),
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-dest", "iframe"),
        ] {
            assert!(!person(&[("user-agent", PHONE), (name, value)]), "{name}: {value}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, PHONE.parse().unwrap());
        assert!(!is_person(&Method::HEAD, &headers));
    }
}
