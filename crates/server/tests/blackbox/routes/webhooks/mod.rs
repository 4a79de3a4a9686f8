//! `POST /api/webhooks/stripe`: SPEC H1, H2, H3, H10.

mod busy;
mod corpus;
mod duplicates;
mod kinds;
mod limits;
mod payloads;
mod poison;
mod replay;
mod signature;
mod thin;
