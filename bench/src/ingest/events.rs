//! Signed, distinct events: all that varies is computed ahead, so that sending one costs a few copied bytes.
//!
//! Every field that varies has a fixed width, so a request is one buffer per connection in which each event overwrites
//! what differs. Ids are built as Stripe's are: the time, the account, then letters without order.

use crate::Outcome;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

const TEMPLATE: &str = include_str!("event.json");
/// Shared with the servers under test through their environment.
pub(crate) const SECRET: &str = "whsec_0PN2k8tKzAqetyjXpBenchmarkSecret";

const ACCOUNT: &[u8; 10] = b"KzAqetyjXp";
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62^7: what the last digits of an id can tell apart.
const TAILS: u128 = 3_521_614_606_208;
/// Odd and no multiple of 31, so that multiplying by it modulo [`TAILS`] repeats nothing.
const SCATTER: u128 = 1_618_033_988_751;

/// A name in the template, and what it stands for.
#[derive(Clone, Copy)]
enum Field {
    Event,
    Intent,
    Charge,
    Method,
    Journey,
    Order,
    Request,
    IdempotencyKey,
}

const FIELDS: [(&str, Field); 8] = [
    ("{event-id--------------}", Field::Event),
    ("{intent-id-------------}", Field::Intent),
    ("{charge-id-------------}", Field::Charge),
    ("{method-id-------------}", Field::Method),
    ("{journey-key-and-id-------------------------------}", Field::Journey),
    ("{order---}", Field::Order),
    ("{request-}", Field::Request),
    ("{idempotency-key-------------------}", Field::IdempotencyKey),
];

struct Event {
    /// Counts from the start of the run, over all batches.
    number: u64,
    /// Unix seconds in its ids.
    second: u64,
    journey: Option<u32>,
    signature: [u8; 64],
}

/// Events of one phase, to be sent once each.
pub(crate) struct Batch {
    events: Vec<Event>,
    journeys: Arc<[String]>,
    request: Vec<u8>,
    patches: Vec<(Range<usize>, Field)>,
    signature: Range<usize>,
    next: AtomicUsize,
}

/// Makes batches whose events differ from those of all batches before.
pub(crate) struct Maker {
    made: u64,
    /// Percent of events that name a journey.
    matched: u64,
    journeys: Arc<[String]>,
    host: String,
}

impl Maker {
    pub(crate) fn new(journeys: Vec<String>, matched: u64, host: String) -> Self {
        Self { made: 0, matched, journeys: journeys.into(), host }
    }

    /// `count` events, signed now, whose ids tell times spread over `seconds`.
    pub(crate) fn batch(&mut self, count: usize, seconds: u64) -> Outcome<Batch> {
        let now_s = unix_seconds();
        let body = TEMPLATE.trim_end().replace("{created-}", &now_s.to_string());
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n\
             Accept: */*; q=0.5, application/xml\r\nCache-Control: no-cache\r\n\
             Content-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\nStripe-Signature: ",
            super::WEBHOOK,
            self.host,
            body.len()
        );
        let unsigned = stripe::sign(b"", SECRET, now_s);
        let signature_end = head.len() + unsigned.len();
        let request = format!("{head}{unsigned}\r\n\r\n{body}").into_bytes();
        let body_at = request.len() - body.len();
        let mut batch = Batch {
            events: Vec::with_capacity(count),
            journeys: Arc::clone(&self.journeys),
            patches: patches(&body, body_at)?,
            signature: signature_end - 64..signature_end,
            request,
            next: AtomicUsize::new(0),
        };
        let mut buffer = batch.buffer();
        for i in 0..count as u64 {
            let number = self.made + i;
            let event = Event {
                number,
                second: now_s.unsigned_abs() + i * seconds / count as u64,
                journey: self.journey(number),
                signature: [0; 64],
            };
            batch.fill(&event, &mut buffer);
            let header = stripe::sign(&buffer[body_at..], SECRET, now_s);
            let mut signature = [0; 64];
            signature.copy_from_slice(&header.as_bytes()[header.len() - 64..]);
            batch.events.push(Event { signature, ..event });
        }
        self.made += count as u64;
        Ok(batch)
    }

    /// Spread evenly, so that each hundred events have their share, and each journey its turn.
    fn journey(&self, number: u64) -> Option<u32> {
        let before = number * self.matched / 100;
        let named = (number + 1) * self.matched / 100 > before && !self.journeys.is_empty();
        named.then(|| u32::try_from(before % self.journeys.len() as u64).unwrap_or(0))
    }
}

impl Batch {
    /// A request to be filled by [`Batch::write`].
    pub(crate) fn buffer(&self) -> Vec<u8> {
        self.request.clone()
    }

    /// Puts the next event into `request`; false when all were sent.
    pub(crate) fn write_next(&self, request: &mut [u8]) -> bool {
        let Some(event) = self.events.get(self.next.fetch_add(1, Ordering::Relaxed)) else { return false };
        self.fill(event, request);
        true
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    /// Starts over; for a server that remembers nothing.
    pub(crate) fn rewind(&self) {
        self.next.store(0, Ordering::Relaxed);
    }

    fn fill(&self, event: &Event, request: &mut [u8]) {
        request[self.signature.clone()].copy_from_slice(&event.signature);
        for (range, field) in &self.patches {
            let place = &mut request[range.clone()];
            match field {
                Field::Event => write_id(place, event, 0),
                Field::Intent => write_id(place, event, 1),
                Field::Charge => write_id(place, event, 2),
                Field::Method => write_id(place, event, 3),
                Field::Journey => self.write_journey(place, event),
                Field::Order | Field::Request => write_digits(place, event.number, 10),
                Field::IdempotencyKey => write_digits(place, event.number, 16),
            }
        }
    }

    /// Same width with and without a journey: `jrn_` and 32 hexadecimal digits.
    fn write_journey(&self, place: &mut [u8], event: &Event) {
        let (key, value) = place.split_at_mut(b"\"journeyId\": \"".len());
        if let Some(id) = event.journey.and_then(|at| self.journeys.get(at as usize)) {
            key.copy_from_slice(b"\"journeyId\": \"");
            value[..36].copy_from_slice(id.as_bytes());
        } else {
            key.copy_from_slice(b"\"invoiceNo\": \"");
            write_digits(&mut value[..36], event.number, 10);
        }
        value[36] = b'"';
    }
}

fn patches(body: &str, body_at: usize) -> Outcome<Vec<(Range<usize>, Field)>> {
    let mut patches = Vec::new();
    for (marker, field) in FIELDS {
        let found =
            body.match_indices(marker).map(|(at, _)| (body_at + at..body_at + at + marker.len(), field));
        patches.extend(found);
        if !body.contains(marker) {
            return Err(format!("event.json lacks {marker}").into());
        }
    }
    Ok(patches)
}

/// One digit, six of time, ten of the account, the rest scattered.
fn write_id(place: &mut [u8], event: &Event, kind: u64) {
    place[0] = b'3';
    write_digits(&mut place[1..7], event.second, 62);
    place[7..7 + ACCOUNT.len()].copy_from_slice(ACCOUNT);
    let scattered = u128::from(event.number * 4 + kind) * SCATTER % TAILS;
    write_digits(&mut place[17..], u64::try_from(scattered).unwrap_or(0), 62);
}

/// Right-aligned, with leading zeros.
fn write_digits(place: &mut [u8], mut value: u64, base: u64) {
    for digit in place.iter_mut().rev() {
        *digit = BASE62[usize::try_from(value % base).unwrap_or(0)];
        value /= base;
    }
}

#[expect(clippy::disallowed_methods, reason = "signatures carry the real time; there is no test clock here")]
fn unix_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Length of every event's body.
pub(crate) fn body_bytes() -> usize {
    TEMPLATE.trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    const JOURNEY: &str = "jrn_00000000000000000000000000000000";

    /// (signature header, body) of every event of a batch.
    fn sent(batch: &Batch) -> Vec<(String, String)> {
        let mut request = batch.buffer();
        let mut all = Vec::new();
        while batch.write_next(&mut request) {
            let text = String::from_utf8(request.clone()).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
            let signature = head.split_once("Stripe-Signature: ").unwrap().1;
            all.push((signature.to_owned(), body.to_owned()));
        }
        all
    }

    #[test]
    fn events_are_genuine_distinct_and_a_share_names_a_journey() {
        let mut maker = Maker::new(vec![JOURNEY.to_owned()], 10, "localhost".to_owned());
        let mut all = sent(&maker.batch(200, 8).unwrap());
        all.extend(sent(&maker.batch(100, 8).unwrap()));
        let secrets = stripe::Secrets::parse(SECRET);
        let (mut ids, mut named) = (BTreeSet::new(), 0);
        for (signature, body) in &all {
            stripe::verify(signature, body.as_bytes(), &secrets, unix_seconds()).unwrap();
            let event: Value = serde_json::from_str(body).unwrap();
            let object = &event["data"]["object"];
            for id in [&event["id"], &object["id"], &object["latest_charge"], &object["payment_method"]] {
                let id = id.as_str().unwrap();
                assert!(id.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric()), "{id}");
                assert!(ids.insert(id.to_owned()), "{id} twice");
            }
            named += usize::from(object["metadata"]["journeyId"] == JOURNEY);
            assert_eq!(stripe::observe(body.as_bytes(), 0).unwrap().len(), 1);
        }
        assert_eq!((all.len(), named), (300, 30));
    }

    #[test]
    fn a_batch_can_be_sent_again() {
        let mut maker = Maker::new(Vec::new(), 10, "localhost".to_owned());
        let batch = maker.batch(3, 1).unwrap();
        let first = sent(&batch);
        batch.rewind();
        assert_eq!((first.len(), &first), (3, &sent(&batch)));
    }
}
