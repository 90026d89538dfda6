//! Salts of images that are no longer the newest of their row.
//!
//! An entry commits to the hashes of images, not to their salts, and verification needs the salt of a row's newest image
//! alone. So the salts of older images of rows that hold personal values can go, and the record stays what it was.

use super::store::entry::take_images;
use super::store::images;
use crate::ctx::Ctx;
use crate::db::{Db, Outcome};
use crate::fault::Fault;
use kernel::Instant;
use proof::SALT_BYTES;
use proof::image::{self, Image};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Entries read, and changed, at once.
const PAGE: i64 = 1_024;

/// Wipes the salts of images in these tables that a later sealed entry has made again; returns how many.
///
/// # Errors
/// Database faults; a fault when images are not as they were written.
pub async fn wipe_salts(db: &Db, now: Instant, tables: &BTreeSet<&str>) -> Outcome<u64> {
    let mut seen: HashMap<String, HashSet<Box<[u8]>>> = HashMap::new();
    let (mut below, mut wiped) = (i64::MAX, 0);
    loop {
        let page = images::before(&db.read(), below, PAGE).await?;
        let Some((last, ..)) = page.last() else { return Ok(wiped) };
        below = *last;
        let mut changed = Vec::new();
        for (_, entry, packed) in page {
            let (count, packed) = without_older(&packed, tables, &mut seen)
                .map_err(|error| Fault::Internal(format!("entry {entry}: {error}")))?;
            if count > 0 {
                wiped += count;
                changed.push((entry, packed));
            }
        }
        write(db, now, changed).await?;
    }
}

/// Images of one entry without the salts of those whose row has been seen in a later one, or later in the same.
fn without_older(
    packed: &[u8],
    tables: &BTreeSet<&str>,
    seen: &mut HashMap<String, HashSet<Box<[u8]>>>,
) -> Result<(u64, Vec<u8>), proof::ProofError> {
    let mut images: Vec<Image<'_>> = image::unpack(packed).collect::<Result<_, _>>()?;
    let mut count = 0;
    for each in images.iter_mut().rev().filter(|each| tables.contains(each.table)) {
        let rows = seen.entry(each.table.to_owned()).or_default();
        if !rows.insert(each.key.into()) && each.salt != [0; SALT_BYTES] {
            each.salt = [0; SALT_BYTES];
            count += 1;
        }
    }
    let mut out = Vec::with_capacity(packed.len());
    images.iter().for_each(|each| image::pack(&mut out, each));
    Ok((count, out))
}

async fn write(db: &Db, now: Instant, changed: Vec<(i64, Vec<u8>)>) -> Outcome<()> {
    if changed.is_empty() {
        return Ok(());
    }
    db.in_txn(&Ctx::system(now), "journal_wipe", changed, |tx, changed| {
        Box::pin(async move {
            for (entry, images) in changed {
                take_images(tx, *entry, images.clone()).await?;
            }
            Ok(())
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(images: &[(&str, &str, u8)]) -> Vec<u8> {
        let mut out = Vec::new();
        for (table, key, salt) in images {
            image::pack(&mut out, &Image { table, key: key.as_bytes(), salt: [*salt; SALT_BYTES], hash: [*salt; 32] });
        }
        out
    }

    #[test]
    fn only_the_newest_image_of_a_row_keeps_its_salt_and_the_digest_stays() {
        let tables = BTreeSet::from(["person"]);
        let mut seen = HashMap::new();
        let newest = packed(&[("person", "a", 9), ("stone", "a", 8)]);
        assert_eq!(without_older(&newest, &tables, &mut seen).unwrap(), (0, newest.clone()));
        // Twice in one entry: the later one is newer.
        let older = packed(&[("person", "b", 1), ("person", "a", 2), ("person", "b", 3), ("stone", "a", 4)]);
        let (count, left) = without_older(&older, &tables, &mut seen).unwrap();
        let salts: Vec<u8> = image::unpack(&left).map(|each| each.unwrap().salt[0]).collect();
        assert_eq!((count, salts), (2, vec![0, 0, 3, 4]));
        assert_eq!(image::digest(&left).unwrap(), image::digest(&older).unwrap());
        assert_eq!(without_older(&left, &tables, &mut seen).unwrap().0, 1, "what is wiped is not wiped again");
        assert!(without_older(&older[..9], &tables, &mut seen).is_err());
    }
}
