//! `whypaid user`, and the code that `whypaid serve` prints: what they say, and how they end (SPEC section 8).

use crate::util::database::Database;
use crate::util::process::command;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

/// Runs `whypaid user …`: exit code, standard output, standard error.
fn user(url: &str, password: Option<&str>, args: &[&str]) -> (i32, String, String) {
    let mut command = command(url);
    command.arg("user").args(args).stdin(Stdio::null());
    if let Some(password) = password {
        command.env("WHYPAID_PASSWORD", password);
    }
    let done = command.output().expect("runs whypaid");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code().expect("an exit code"), text(&done.stdout), text(&done.stderr))
}

#[test]
fn user_create_takes_the_password_from_the_environment_and_never_shows_it() {
    let database = Database::sqlite();
    let good = "four plain words here";
    let ana = ["create", "--email", "Ana@Example.com", "--role", "owner"];
    let (code, out, err) = user(&database.url, Some(good), &ana);
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("ana@example.com may sign in as owner"), "{err}");
    let (code, _, err) = user(&database.url, Some(good), &ana);
    assert!(code == 1 && err.contains("somebody has this address already"), "{err}");
    let (code, _, err) =
        user(&database.url, None, &["create", "--email", "b@example.com", "--role", "viewer"]);
    assert!(code == 1 && err.contains("set WHYPAID_PASSWORD"), "{err}");
    for (password, email, words) in [
        ("short", "b@example.com", "at least 12 characters"),
        (good, "nonsense", "must be an e-mail address"),
        ("password1234", "b@example.com", "guessed first"),
    ] {
        let (code, _, err) =
            user(&database.url, Some(password), &["create", "--email", email, "--role", "viewer"]);
        assert!(code == 2 && err.contains(words) && !err.contains(password), "{password}: {code} {err}");
    }
    let (code, _, _) =
        user(&database.url, Some(good), &["create", "--email", "b@example.com", "--role", "king"]);
    assert_eq!(code, 2);
    let (code, out, _) = user(&database.url, None, &["list"]);
    assert!(code == 0 && out.starts_with("ana@example.com\towner\tactive\tAna\t"), "{out}");
    let (code, _, err) = user(&database.url, None, &["deactivate", "--email", "ana@example.com"]);
    assert!(code == 1 && err.contains("last owner"), "{err}");
    let (code, _, err) =
        user(&database.url, Some("another four words"), &["password", "--email", "ana@example.com"]);
    assert!(code == 0 && err.contains("their sessions have ended"), "{err}");
    let (code, _, err) = user(&database.url, Some(good), &["password", "--email", "eve@example.com"]);
    assert!(code == 1 && err.contains("nobody has the address"), "{err}");
}

/// The first line that `whypaid serve` prints for people; it never ends by itself.
fn first_words(url: &str) -> String {
    let mut child =
        command(url).arg("serve").stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("starts");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let words = lines.map_while(Result::ok).find(|line| !line.is_empty()).unwrap_or_default();
    child.kill().expect("kills");
    child.wait().expect("is gone");
    words
}

#[test]
fn serve_prints_a_code_while_nobody_can_sign_in() {
    let database = Database::sqlite();
    let [first, second] = [first_words(&database.url), first_words(&database.url)];
    for words in [&first, &second] {
        assert!(
            words.starts_with("Nobody can sign in yet. Open http://") && words.contains("/set-up"),
            "{words}"
        );
    }
    assert_ne!(first, second, "each start prints another, and both work");
}
