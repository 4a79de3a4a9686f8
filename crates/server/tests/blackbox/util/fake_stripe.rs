//! Stripe's side of a checkout, with the faults a test asks for. It keeps what it was asked, and what it did.
//!
//! Idempotency as Stripe has it: the first answer under a key is kept, failures included, and given again.

use crate::util::{Setup, TestApp, on_both_with};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A server with a test key, and a Stripe that has seen nothing yet.
pub(crate) async fn with_stripe(body: impl AsyncFn(&TestApp, &FakeStripe)) {
    with_key("sk_test_blackbox", body).await;
}

pub(crate) async fn with_key(key: &'static str, body: impl AsyncFn(&TestApp, &FakeStripe)) {
    let fake = FakeStripe::start().await;
    let setup = Setup { secret_key: Some(key), stripe_api_base: Some(fake.base.clone()), ..Setup::default() };
    on_both_with(setup, async |app| {
        fake.clear();
        body(app, &fake).await;
    })
    .await;
}

/// When the fake opens sessions, Unix seconds.
pub(crate) const OPENED_S: i64 = crate::util::app::NOW_S;

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// It closes the connection before it does anything.
    Down,
    /// It does what it is asked and closes the connection without an answer.
    Lost,
    /// Likewise, in the middle of the answer.
    Cut,
    /// It does what it is asked, and the answer is no JSON.
    Garbage,
    /// It answers with this status and does nothing.
    Status(u16),
    /// It does what it is asked, answers 500, and keeps that under the key.
    KeptFailure,
    /// It never answers.
    Silent,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) key: String,
    pub(crate) form: Pairs,
}

type Pairs = BTreeMap<String, String>;

#[derive(Default)]
struct State {
    /// Ids are never given twice.
    opened: u64,
    sessions: BTreeMap<String, Value>,
    /// Other objects, by path.
    objects: BTreeMap<String, Value>,
    kept: BTreeMap<String, (u16, String, Option<Pairs>)>,
    faults: VecDeque<Fault>,
    asked: Vec<Asked>,
    silent: Vec<TcpStream>,
    /// Parameters that are refused.
    refuses: Option<String>,
}

#[derive(Clone)]
pub(crate) struct FakeStripe {
    pub(crate) base: String,
    state: Arc<Mutex<State>>,
}

impl FakeStripe {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self { base: format!("http://{}", listener.local_addr().unwrap()), state: Arc::default() };
        let serving = fake.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        fake
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.state.lock().unwrap())
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.with(|state| *state = State { opened: state.opened, ..State::default() });
    }

    /// What goes wrong with the next requests, in order.
    pub(crate) fn faults(&self, faults: &[Fault]) {
        self.with(|state| state.faults = faults.iter().copied().collect());
    }

    /// Has an object at this path, or has it no longer.
    pub(crate) fn put(&self, path: &str, object: Option<&Value>) {
        self.with(|state| {
            state.objects.remove(path);
            state.objects.extend(object.map(|object| (path.to_owned(), object.clone())));
        });
    }

    /// A failure is kept under a key, of a request that did nothing.
    pub(crate) fn keep_failure(&self, key: &str) {
        self.with(|state| state.kept.insert(key.to_owned(), (500, "{}".to_owned(), None)));
    }

    /// Refuses this parameter from now on.
    pub(crate) fn refuses(&self, param: Option<&str>) {
        self.with(|state| state.refuses = param.map(str::to_owned));
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.with(|state| state.asked.clone())
    }

    /// Creations asked for.
    pub(crate) fn creations(&self) -> Vec<Asked> {
        self.asked().into_iter().filter(|asked| asked.line == "POST /v1/checkout/sessions").collect()
    }

    /// Every session, by id.
    pub(crate) fn sessions(&self) -> Vec<Value> {
        self.with(|state| state.sessions.values().cloned().collect())
    }

    /// Ids of sessions that can be paid.
    pub(crate) fn open(&self) -> Vec<String> {
        let open = |s: &Value| (s["status"] == "open").then(|| s["id"].as_str().unwrap().to_owned());
        self.sessions().iter().filter_map(open).collect()
    }

    /// Changes a session behind our back.
    pub(crate) fn change(&self, id: &str, with: &Value) {
        self.with(|state| {
            let session = state.sessions.get_mut(id).expect("a session").as_object_mut().unwrap();
            session.extend(with.as_object().unwrap().clone());
        });
    }

    async fn serve(self, mut stream: TcpStream) {
        let Some(asked) = read(&mut stream).await else { return };
        let fault = self.with(|state| {
            state.asked.push(asked.clone());
            state.faults.pop_front().unwrap_or(Fault::None)
        });
        let (status, body, replayed) = match fault {
            Fault::Down => return,
            Fault::Silent => return self.with(|state| state.silent.push(stream)),
            Fault::Status(status) => (status, json!({"error": {"message": "scripted"}}).to_string(), false),
            _ => self.with(|state| state.answer(&asked, fault == Fault::KeptFailure)),
        };
        let part = match fault {
            Fault::Lost => return,
            Fault::Garbage => "<html>502 Bad Gateway</html>",
            Fault::Cut => &body[..body.len() / 2],
            _ => &body,
        };
        let length = if fault == Fault::Cut { body.len() } else { part.len() };
        let head = format!(
            "HTTP/1.1 {status} Fake\r\nConnection: close\r\nRequest-Id: req_fake\r\nContent-Length: {length}\r\n\
             Date: Sun, 22 Nov 2026 02:14:15 GMT\r\nIdempotent-Replayed: {replayed}\r\n\r\n{part}"
        );
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.shutdown().await;
    }
}

impl State {
    fn answer(&mut self, asked: &Asked, fails: bool) -> (u16, String, bool) {
        if let Some((status, body, form)) = self.kept.get(&asked.key).filter(|_| !asked.key.is_empty()) {
            assert!(form.as_ref().is_none_or(|form| *form == asked.form), "one key, one request: {asked:?}");
            return (*status, body.clone(), true);
        }
        let (mut status, body) = self.act(asked);
        let mut body = body.to_string();
        if fails {
            (status, body) = (500, json!({"error": {"message": "kept"}}).to_string());
        }
        if !asked.key.is_empty() && status != 400 {
            self.kept.insert(asked.key.clone(), (status, body.clone(), Some(asked.form.clone())));
        }
        (status, body, false)
    }

    fn act(&mut self, asked: &Asked) -> (u16, Value) {
        let (method, target) = asked.line.split_once(' ').unwrap();
        let path = target.split_once('?').map_or(target, |(path, _)| path);
        if let Some(object) = self.objects.get(path) {
            return (200, object.clone());
        }
        let parts: Vec<&str> = path.trim_start_matches("/v1/checkout/sessions").split('/').collect();
        match (method, parts.as_slice()) {
            ("POST", [""]) => self.create(&asked.form),
            ("GET", [""]) => {
                let open: Vec<&Value> = self.sessions.values().filter(|s| s["status"] == "open").collect();
                (200, json!({"object": "list", "has_more": false, "data": open}))
            }
            ("GET", ["", id]) => match self.sessions.get(*id) {
                Some(session) => (200, session.clone()),
                None => (404, json!({"error": {"code": "resource_missing", "message": "No such session"}})),
            },
            ("POST", ["", id, "expire"]) => match self.sessions.get_mut(*id) {
                Some(session) if session["status"] == "open" => {
                    session["status"] = "expired".into();
                    session["url"] = Value::Null;
                    (200, session.clone())
                }
                _ => (400, json!({"error": {"message": "Only open sessions can be expired"}})),
            },
            _ => (404, json!({"error": {"message": "no such path"}})),
        }
    }

    fn create(&mut self, form: &Pairs) -> (u16, Value) {
        if let Some(param) = self.refuses.as_ref().filter(|param| form.contains_key(*param)) {
            return (
                400,
                json!({"error": {"type": "invalid_request_error", "param": param, "message": "refused"}}),
            );
        }
        self.opened += 1;
        let id = format!("cs_test_fake{:04}", self.opened);
        let session = json!({
            "id": id, "object": "checkout.session", "status": "open", "payment_status": "unpaid",
            "url": format!("https://pay.test/{id}"), "livemode": false, "created": OPENED_S,
            "client_reference_id": form["client_reference_id"], "payment_intent": null
        });
        self.sessions.insert(id, session.clone());
        (200, session)
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8(bytes.clone()).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
        };
        if body.len() < header("content-length").parse().unwrap_or(0) {
            continue;
        }
        let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
        let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
        let form = pairs.map(|(name, value)| (decode(name), decode(value))).collect();
        return Some(Asked { line, key: header("idempotency-key").to_owned(), form });
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex = |digit: Option<u8>| char::from(digit.unwrap()).to_digit(16).unwrap();
        bytes.push(match byte {
            b'%' => u8::try_from(hex(rest.next()) * 16 + hex(rest.next())).unwrap(),
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}
