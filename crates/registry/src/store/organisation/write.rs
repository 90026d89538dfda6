use super::insert::{insert_parts, insert_status};
use crate::rules::organisation::{Dossier, State, fold};
use crate::rules::status::Status;
use platform::db::{Conn, Outcome};
use rooms::store::rows::run;

/// Writes an edited record: the head and everything that hangs on it but its statuses are replaced.
pub async fn save_edit(conn: &Conn, dossier: &Dossier) -> Outcome<()> {
    let o = &dossier.organisation;
    let text = "UPDATE organisation SET kind = $1, state = $2, city = $3, area = $4, uscc = $5, website = $6, founded = $7, name = $8,
        name_en = $9, fold = $10, edited_ms = $11, updated_ms = $12, verified_ms = $13 WHERE id = $14";
    let values = vec![
        o.kind.code().into(),
        o.state.code().into(),
        o.city.map(|city| city.to_string()).into(),
        o.area.clone().into(),
        o.uscc.clone().into(),
        o.website.clone().into(),
        o.founded.clone().into(),
        o.name.clone().into(),
        o.name_en.clone().into(),
        fold(&o.name).into(),
        o.edited_ms.into(),
        o.updated_ms.into(),
        o.verified_ms.into(),
        o.id.clone().into(),
    ];
    run(conn, text, values).await?;
    for table in ["organisation_name", "organisation_segment", "statement"] {
        run(conn, &format!("DELETE FROM {table} WHERE organisation = $1"), vec![o.id.clone().into()]).await?;
    }
    let parts = Dossier { statuses: Vec::new(), ..dossier.clone() };
    insert_parts(conn, &parts).await
}

/// Moves a record to another state, with the office's confirmation when there is one.
pub async fn set_state(conn: &Conn, id: &str, state: State, verified_by: Option<&str>, now_ms: i64) -> Outcome<()> {
    let text = "UPDATE organisation SET state = $1, updated_ms = $2, verified_ms = COALESCE($3, verified_ms), verified_by = COALESCE($4, verified_by)
        WHERE id = $5";
    let verified_ms = verified_by.map(|_| now_ms);
    let values =
        vec![state.code().into(), now_ms.into(), verified_ms.into(), verified_by.map(str::to_owned).into(), id.into()];
    run(conn, text, values).await?;
    Ok(())
}

/// Its own people have taken the record over.
pub async fn set_claimed(conn: &Conn, id: &str, now_ms: i64) -> Outcome<()> {
    let text = "UPDATE organisation SET claimed_ms = $1, updated_ms = $1 WHERE id = $2 AND claimed_ms IS NULL";
    run(conn, text, vec![now_ms.into(), id.into()]).await?;
    Ok(())
}

/// Something that hangs on the record has changed.
pub async fn touch(conn: &Conn, id: &str, now_ms: i64) -> Outcome<()> {
    run(conn, "UPDATE organisation SET updated_ms = $1 WHERE id = $2", vec![now_ms.into(), id.into()]).await?;
    Ok(())
}

/// The city office has confirmed one statement.
pub async fn confirm_statement(conn: &Conn, id: &str, account: &str, now_ms: i64) -> Outcome<()> {
    let text = "UPDATE statement SET verified_ms = $1, verified_by = $2, edited_ms = $1 WHERE id = $3";
    run(conn, text, vec![now_ms.into(), account.into(), id.into()]).await?;
    Ok(())
}

/// Adds a status.
pub async fn add_status(conn: &Conn, organisation: &str, status: &Status, now_ms: i64) -> Outcome<()> {
    insert_status(conn, organisation, status, now_ms).await
}

/// Writes a status that was confirmed.
pub async fn save_status(conn: &Conn, status: &Status) -> Outcome<()> {
    let text = "UPDATE organisation_status SET verified_ms = $1, verified_by = $2, edited_ms = $3 WHERE id = $4";
    let values = vec![
        status.verified_ms.into(),
        status.verified_by.clone().into(),
        status.edited_ms.into(),
        status.id.clone().into(),
    ];
    run(conn, text, values).await?;
    Ok(())
}
