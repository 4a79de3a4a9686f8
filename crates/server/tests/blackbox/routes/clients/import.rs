//! `POST /api/v1/clients/import`: SPEC J1.

use crate::util::TestApp;
use crate::util::answer::Answer;
use crate::util::event::Pay;
use crate::util::on_both;
use serde_json::{Value, json};
use server::api::access::Role;

impl TestApp {
    async fn import(&self, query: &str, file: impl Into<Vec<u8>>) -> Answer {
        let path = format!("/api/v1/clients/import{query}");
        let request = self.request(Some(Role::Editor), "POST", &path).header("content-type", "text/csv");
        Answer::read(request.body(file.into()).send().await.expect("an answer")).await
    }

    /// Oldest first.
    async fn all_clients(&self) -> Vec<Value> {
        let list = self.get("/api/v1/clients?limit=200").await;
        list["items"].as_array().unwrap().iter().rev().cloned().collect()
    }
}

const FILE: &str = "\u{feff}name,E-mail,company,stripe_customer_id,size,notes\r\n\
    Ana Lima,ANA@example.com,Lima & Söhne,cus_ana,small,\"likes \"\"tea\"\",\nand calls\"\r\n\
    Ben,ben@example.com,,,,\r\n";

#[tokio::test]
async fn a_file_becomes_clients() {
    on_both(async |app| {
        let answer = app.import("", FILE).await;
        let want =
            json!({"dry_run": false, "rows": 2, "created": 2, "skipped": 0, "attributes": ["size", "notes"]});
        assert_eq!((answer.status, &answer.json), (201, &want), "{}", answer.text);
        let clients = app.all_clients().await;
        let ana = &clients[0];
        assert_eq!((&ana["name"], &ana["email"]), (&json!("Ana Lima"), &json!("ana@example.com")));
        assert_eq!(
            (&ana["company"], &ana["stripe_customer_id"]),
            (&json!("Lima & Söhne"), &json!("cus_ana"))
        );
        assert_eq!(ana["attributes"], json!({"size": "small", "notes": "likes \"tea\",\nand calls"}));
        let ben = &clients[1];
        assert_eq!(
            (&ben["name"], &ben["company"], &ben["attributes"]),
            (&json!("Ben"), &Value::Null, &json!({}))
        );
        assert_eq!(clients.len(), 2);
        // They are clients like any other.
        let body = json!({"client_id": ana["id"], "content_version_id": app.version().await});
        app.journey_with(&body).await;
        assert_eq!(app.get("/api/v1/journeys?q=söhne").await["items"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_writes_nothing() {
    on_both(async |app| {
        let answer = app.import("?dry_run=true", FILE).await;
        assert_eq!(
            (answer.status, &answer.json["created"], &answer.json["dry_run"]),
            (200, &json!(2), &json!(true))
        );
        let answer = app.import("?dry_run=true", "name,email\nAna,nobody\n").await;
        assert_eq!(answer.problem(422, "invalid"), ["row 2, column email"]);
        assert_eq!(app.all_clients().await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn every_fault_is_named_by_row_and_column_and_nothing_is_written() {
    on_both(async |app| {
        app.client("known@example.com", None).await;
        let long = "x".repeat(501);
        let file = format!(
            "name;email;stripe_customer_id;size\n\
             Ana;ana@example.com;;\n\
             ;ben@example.com;;\n\
             Cleo;cleo;;\n\
             Dora;dora@example.com;not a customer;\n\
             Eve;ANA@example.com ;;\n\
             Finn;finn@example.com;;{long}\n\
             Gil;known@example.com;;\n\
             Hal;hal@example.com\n"
        );
        let answer = app.import("", file).await;
        let want = [
            "row 3, column name",
            "row 4, column email",
            "row 5, column stripe_customer_id",
            "row 6, column email",
            "row 7, column size",
            "row 8, column email",
            "row 9",
        ];
        assert_eq!(answer.problem(422, "invalid"), want, "{}", answer.text);
        assert!(answer.text.contains("is the address of row 2, too"), "{}", answer.text);
        assert!(answer.text.contains("Nothing was imported"), "{}", answer.text);
        assert_eq!(app.all_clients().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn those_that_exist_can_be_left_out() {
    on_both(async |app| {
        app.import("", FILE).await.ok();
        let again = app.import("", FILE).await;
        assert_eq!(again.problem(422, "invalid"), ["row 2, column email", "row 3, column email"]);
        let more = format!("{FILE}Cleo,cleo@example.com,,,,\r\n");
        let answer = app.import("?skip_existing=true", more).await;
        let told = (&answer.json["rows"], &answer.json["created"], &answer.json["skipped"]);
        assert_eq!((answer.status, told), (201, (&json!(3), &json!(1), &json!(2))));
        assert_eq!(app.all_clients().await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn files_that_are_none_are_refused_in_words() {
    on_both(async |app| {
        let table: [(&[u8], &str); 4] = [
            (b"", "empty"),
            (b"PK\x03\x04\xff\xfe", "CSV UTF-8"),
            (b"name,phone\nAna,1\n", "no column email"),
            (b"name,email\n", "no rows"),
        ];
        for (file, want) in table {
            let answer = app.import("", file).await;
            answer.problem(422, "invalid");
            assert!(answer.text.contains(want), "{want}: {}", answer.text);
        }
        assert_eq!(app.import("?dry_run=perhaps", FILE).await.problem(422, "invalid"), ["dry_run"]);
        let many = "Ana,nobody\n".repeat(500);
        let answer = app.import("", format!("name,email\n{many}")).await;
        assert_eq!(answer.problem(422, "invalid").len(), 100);
        assert!(answer.text.contains("400 more faults"), "{}", answer.text);
    })
    .await;
}

/// More than other bodies may hold.
#[tokio::test]
async fn large_files_are_taken_in_one_piece() {
    on_both(async |app| {
        let note = "x".repeat(60);
        let rows: Vec<String> =
            (0..20_000).map(|n| format!("Client {n},c{n}@example.com,{note}\n")).collect();
        let rows = rows.concat();
        let file = format!("name,email,note\n{rows}");
        assert!(file.len() > 1024 * 1024);
        let answer = app.import("", file.clone()).await;
        assert_eq!((answer.status, &answer.json["created"]), (201, &json!(20_000)), "{}", answer.text);
        // One wrong row at the end of another such file undoes all of it.
        let other = file.replace("@example.com", "@example.org");
        let answer = app.import("", format!("{other}Zoe,c1@example.com,\n")).await;
        assert_eq!(answer.problem(422, "invalid"), ["row 20002, column email"]);
        let first = app.get("/api/v1/clients?limit=1").await;
        assert_eq!(first["items"][0]["email"], "c19999@example.com");
    })
    .await;
}

/// A second client with the same Stripe customer arrives by file: every payment is matched as if made by hand.
#[tokio::test]
async fn the_books_stay_right_when_a_file_names_a_customer_again() {
    on_both(async |app| {
        let other = app.client("other@example.com", Some("cus_ana")).await;
        let journey = app.journey_of(&other).await;
        let mut pay = Pay::new("waited");
        pay.customer = Some("cus_ana".to_owned());
        app.advance(60);
        pay.at_s = app.now_s();
        app.deliver(&pay.success()).await;
        assert_eq!(app.journey_now(&journey.id).await.outcome, "paid");
        app.import("", FILE).await.ok();
        app.assert_consistent().await;
    })
    .await;
}
