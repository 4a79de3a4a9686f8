//! `/sign-in`, `/sign-out`, and who sees a page (SPEC R5).

use super::ACCEPT;
use crate::util::answer::Answer;
use crate::util::app::{PASSWORD, PUBLIC_URL, email, token};
use crate::util::{Setup, TestApp, on_both, on_both_with};
use server::api::access::Role;

/// Failures that are checked before an address has to wait.
const FAILURES_MAX: u32 = 10;

impl TestApp {
    async fn form(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.request(None, "POST", path).header("accept", ACCEPT);
        request = request.header("content-type", "application/x-www-form-urlencoded").body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// Sends the form of `/sign-in`.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.press(None, "/sign-in", &[("email", email), ("password", password)]).await
    }

    /// A page, or an answer to a program.
    pub(crate) async fn visit(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.request(None, "GET", path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send().await.expect("an answer")).await
    }
}

/// A header's text.
pub(crate) fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The cookies that an answer sets, as a browser sends them, and their flags.
pub(crate) fn cookies(answer: &Answer) -> (String, Vec<String>) {
    let set = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let (pairs, flags): (Vec<&str>, Vec<&str>) = set.map(|cookie| cookie.split_once("; ").unwrap()).unzip();
    (pairs.join("; "), flags.into_iter().map(str::to_owned).collect())
}

#[tokio::test]
async fn strangers_are_sent_to_sign_in_and_back() {
    on_both(async |app| {
        app.journey().await;
        for (path, location) in [
            ("/", "/sign-in"),
            ("/?livemode=false", "/sign-in?next=%2F%3Flivemode%3Dfalse"),
            ("/settings/people", "/sign-in?next=%2Fsettings%2Fpeople"),
        ] {
            let answer = app.visit(path, &[("accept", ACCEPT)]).await;
            assert_eq!((answer.status, header(&answer, "location")), (303, location), "{path}");
            assert!(answer.text.is_empty());
        }
        let cookie = app.visit("/", &[("accept", ACCEPT), ("cookie", "whypaid=guess")]).await;
        assert_eq!(cookie.status, 303);
        app.visit("/", &[("authorization", "Bearer guess")]).await.problem(401, "unauthorized");
        app.visit("/live", &[("accept", "text/event-stream")]).await.problem(401, "unauthorized");
    })
    .await;
}

#[tokio::test]
async fn a_good_password_becomes_a_session() {
    on_both(async |app| {
        let form = app.visit("/sign-in", &[("accept", ACCEPT)]).await;
        assert!(form.text.contains(r#"type="password""#) && form.status == 200);
        let answer = app.sign_in(" Viewer@Example.com ", PASSWORD).await;
        assert_eq!((answer.status, header(&answer, "location")), (303, "/"));
        let (pairs, flags) = cookies(&answer);
        let day_s = 86_400;
        let want = [30, 180]
            .map(|days| format!("Path=/; Max-Age={}; HttpOnly; SameSite=Lax", days * day_s))
            .to_vec();
        assert_eq!(flags, want);
        assert_eq!(app.visit("/", &[("cookie", &pairs)]).await.status, 200);
        let again = app.visit("/sign-in?next=/settings", &[("cookie", &pairs)]).await;
        assert_eq!((again.status, header(&again, "location")), (303, "/settings"));
    })
    .await;
}

/// What a program is told of tokens would help no person.
#[tokio::test]
async fn a_form_after_the_sessions_end_says_to_sign_in() {
    on_both(async |app| {
        let answer = app.press(None, "/settings/tokens", &[("name", "T"), ("role", "viewer")]).await;
        assert_eq!(answer.status, 401);
        let told = super::words(&answer.text);
        assert!(told.contains("nothing was changed") && !told.contains("API token"), "{told}");
    })
    .await;
}

/// A token is for programs: it is no cookie, and no password.
#[tokio::test]
async fn a_token_does_not_sign_in() {
    on_both_with(Setup { people: false, ..Setup::default() }, async |app| {
        let cookie = format!("whypaid={}", token(Role::Owner));
        assert_eq!(app.visit("/", &[("accept", ACCEPT), ("cookie", &cookie)]).await.status, 303);
        assert_eq!(app.sign_in("owner@example.com", &token(Role::Owner)).await.status, 401);
        let bearer = format!("Bearer {}", token(Role::Viewer));
        assert_eq!(app.visit("/", &[("authorization", &bearer)]).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn over_tls_cookies_are_bound_to_this_host() {
    let setup = Setup { public_url: "https://whypaid.test", ..Setup::default() };
    on_both_with(setup, async |app| {
        let answer = app.sign_in(&email(Role::Owner), PASSWORD).await;
        let (pairs, flags) = cookies(&answer);
        assert!(pairs.starts_with("__Host-whypaid="), "{pairs}");
        assert!(flags.iter().all(|f| f.ends_with("; HttpOnly; SameSite=Lax; Secure")), "{flags:?}");
        assert_eq!(app.visit("/", &[("cookie", &pairs)]).await.status, 200);
        // A neighbouring host can set a cookie without the prefix for all of the domain.
        let tossed = pairs.replace("__Host-", "");
        app.visit("/", &[("cookie", &tossed)]).await.problem(401, "unauthorized");
    })
    .await;
}

/// Session fixation: whatever the browser brings, the session is new, and the one it brought has ended.
#[tokio::test]
async fn each_sign_in_is_a_new_session() {
    on_both(async |app| {
        let first = cookies(&app.sign_in(&email(Role::Editor), PASSWORD).await).0;
        let fields = [("email", "owner@example.com"), ("password", PASSWORD)];
        let second = cookies(&app.press_with(&first, "/sign-in", &fields).await).0;
        assert_ne!(first, second);
        app.visit("/", &[("cookie", &first)]).await.problem(401, "unauthorized");
        assert_eq!(app.visit("/", &[("cookie", &second)]).await.status, 200);
        let fixed = app.press_with("whypaid=chosen-by-an-attacker", "/sign-in", &fields).await;
        assert!(!cookies(&fixed).0.contains("chosen"));
    })
    .await;
}

#[tokio::test]
async fn one_goes_on_to_where_one_wanted_to_go_and_nowhere_else() {
    on_both(async |app| {
        for (next, location) in [
            ("/settings/account?done=others", "/settings/account?done=others"),
            ("", "/"),
            ("https://evil.example/", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/\tevil", "/"),
            ("javascript:alert(1)", "/"),
            ("/x\r\nset-cookie: a=b", "/"),
        ] {
            let fields = [("email", "viewer@example.com"), ("password", PASSWORD), ("next", next)];
            let answer = app.press(None, "/sign-in", &fields).await;
            assert_eq!((answer.status, header(&answer, "location")), (303, location), "{next:?}");
            let form =
                app.visit(&format!("/sign-in?next={}", next.replace(['\r', '\n', '\t', ' '], "")), &[]).await;
            assert!(
                !form.text.contains("evil.example") && !form.text.contains("javascript:"),
                "{}",
                form.text
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_is_refused_in_words_that_tell_nothing() {
    on_both(async |app| {
        let long = "x".repeat(5_000);
        let tries = [
            ("viewer@example.com", "guess"),
            ("viewer@example.com", ""),
            ("viewer@example.com", long.as_str()),
            ("nobody@example.com", PASSWORD),
            ("", PASSWORD),
        ];
        let mut told = Vec::new();
        for (email, password) in tries {
            let answer = app.sign_in(email, password).await;
            assert_eq!(answer.status, 401, "{email}");
            assert!(answer.text.contains("do not fit together"), "{}", answer.text);
            assert!(!answer.headers.contains_key("set-cookie") && !answer.text.contains(PASSWORD));
            told.push(answer.text.replace(&format!("value=\"{email}\""), ""));
        }
        told.dedup_by(|a, b| a == b);
        assert_eq!(told.len(), 2, "known or not reads the same, but for the empty field");
    })
    .await;
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    on_both(async |app| {
        let good = format!("email=owner%40example.com&password={}", PASSWORD.replace(' ', "+"));
        let foreign: [&[(&str, &str)]; 4] = [
            &[],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", PUBLIC_URL), ("sec-fetch-site", "cross-site")],
        ];
        for headers in foreign {
            for path in ["/sign-in", "/sign-out", "/set-up", "/welcome/none"] {
                let answer = app.form(path, &good, headers).await;
                assert_eq!(answer.status, 403, "{path} {headers:?}");
                assert!(!answer.headers.contains_key("set-cookie"), "{path} {headers:?}");
            }
        }
        assert_eq!(app.form("/sign-in", &good, &[("origin", PUBLIC_URL)]).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_the_session_and_forgets_the_cookie() {
    on_both(async |app| {
        let (pairs, _) = cookies(&app.sign_in(&email(Role::Viewer), PASSWORD).await);
        let answer = app.press_with(&pairs, "/sign-out", &[]).await;
        assert_eq!((answer.status, header(&answer, "location")), (303, "/sign-in"));
        assert_eq!(header(&answer, "set-cookie"), "whypaid=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        app.visit("/", &[("cookie", &pairs)]).await.problem(401, "unauthorized");
        assert_eq!(app.press(None, "/sign-out", &[]).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn guessing_is_slowed_down_whatever_the_headers_say() {
    on_both(async |app| {
        for n in 0..FAILURES_MAX {
            // Another address each time, so that no single account is what slows them down.
            assert_eq!(app.sign_in(&format!("{n}@example.com"), "guess").await.status, 401);
        }
        let body = format!("email=owner%40example.com&password={PASSWORD}");
        let disguised =
            [("origin", PUBLIC_URL), ("x-forwarded-for", "192.0.2.7"), ("x-real-ip", "192.0.2.8")];
        let answer = app.form("/sign-in", &body, &disguised).await;
        assert_eq!((answer.status, header(&answer, "retry-after")), (429, "60"));
        assert!(answer.text.contains("Too many tries"), "{}", answer.text);
    })
    .await;
}

/// Guessers in many places slow each other down; a browser in which the person signed in before is not held up.
#[tokio::test]
async fn nobody_is_locked_out_by_others_guesses() {
    on_both_with(Setup { proxies: Some("1"), ..Setup::default() }, async |app| {
        let owner = email(Role::Owner);
        let (known, _) = cookies(&app.sign_in(&owner, PASSWORD).await);
        let guess = async |n: usize| {
            let address = format!("192.0.2.{n}");
            let headers = [("origin", PUBLIC_URL), ("x-forwarded-for", address.as_str())];
            app.form("/sign-in", "email=owner%40example.com&password=guess", &headers).await.status
        };
        // Those that would wait longest are told at once to come back; the others need not be waited for.
        let mut guesses = (0..20).map(guess).collect::<futures_util::stream::FuturesUnordered<_>>();
        let mut refused = 0;
        while refused < 5 {
            let status = futures_util::StreamExt::next(&mut guesses).await.expect("one is refused");
            refused += u32::from(status == 429);
        }
        let browser = known.split("; ").nth(1).unwrap();
        let fields = [("email", owner.as_str()), ("password", PASSWORD)];
        let answer = app.press_with(browser, "/sign-in", &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn the_demo_needs_no_sign_in() {
    on_both_with(Setup { open_pages: true, people: false, ..Setup::default() }, async |app| {
        let page = app.visit("/", &[]).await;
        assert!(page.status == 200 && !page.text.contains("Sign out"), "{}", page.text);
        assert_eq!(header(&app.visit("/sign-in", &[]).await, "location"), "/");
        assert_eq!(header(&app.visit("/set-up", &[]).await, "location"), "/");
        assert_eq!(app.visit("/api/v1/journeys", &[]).await.status, 200);
        for tab in ["set-up", "people", "tokens", "account", "audit"] {
            assert_eq!(app.visit(&format!("/settings/{tab}"), &[]).await.status, 200, "{tab}");
        }
        let foreign = app.form("/api/v1/clients", "", &[("origin", "https://evil.example")]).await;
        foreign.problem(403, "foreign_form");
        app.visit("/", &[("authorization", "Bearer guess")]).await.problem(401, "unauthorized");
    })
    .await;
}
