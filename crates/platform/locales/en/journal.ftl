# The journal: public pages
journal-title = Journal
journal-about = Every act leaves an entry, and every entry is a leaf of a hash tree whose checkpoints are signed. Anybody can check that an entry is there and that nothing was rewritten.
journal-find = Entry number, as on a receipt
journal-find-go = Look up
journal-find-none = There is no entry with this number. Compare it with the receipt; digits only.
journal-checkpoint = Newest checkpoint
journal-size = Entries
journal-signed-at = Signed
journal-origin = Log
journal-witnessed = Witnesses
journal-witnesses = { $n ->
    [0] not cosigned by any witness yet
    [one] cosigned by one witness:
   *[other] cosigned by { $n } witnesses:
}
journal-witnesses-about = Witnesses are run by others. Each signs a checkpoint only after it has seen that the log merely grew, so a rewritten log gets no signature of theirs.
journal-quorum = { $n ->
    [one] A checkpoint that one of them has signed counts as cosigned.
   *[other] A checkpoint that { $n } of them have signed counts as cosigned.
}
journal-witness-alarm = A witness refuses to sign: it says that this log does not continue what it signed before. Keep the checkpoints you have and compare them with those of the witness.
journal-cosigned-newest = Newest cosigned checkpoint, entries:
journal-cosigned-none = No checkpoint is cosigned yet.
journal-witness-name = Verifier key
journal-witness-state = State
journal-witness-size = Entries signed
journal-witness-agreed = Last signed
journal-witness-agrees = signs
journal-witness-waiting = not asked yet
journal-witness-late = does not answer
journal-witness-wrong = answers without a valid signature
journal-witness-stranger = does not know this log
journal-witness-refuses = refuses: not a continuation
journal-key = Verifier key
journal-sm2 = Second signature
journal-sm2-signed = with SM2 over SM3; it is a line of the checkpoint
journal-sm2-unsigned = none on this checkpoint
journal-sm2-key = SM2 verifier key
journal-note = The checkpoint as it is signed
journal-unsigned = No checkpoint is signed yet; look again in some seconds.
journal-check = How to check
journal-check-keep = Keep a checkpoint; every later log must continue it.
journal-check-entry = From the hashes on an entry's page, compute from leaf to root and compare with the checkpoint.
journal-check-whole = Take the whole log as a file and check it on a machine without our database:
journal-newest = Newest public entries
journal-proven = Proven
journal-proven-about = This entry is in the signed log; the proof is below.
journal-pending = Pending
journal-pending-about = The entry is stored and waits for the next checkpoint, usually less than ten seconds. Reload the page to see the proof.
journal-before = Before the log
journal-before-about = This entry was made before the tree was kept; it has no proof.
journal-protected = This entry is protected: the log holds only a commitment that shows neither what happened, nor to what, nor by whom. Those who may see it find it on the page of its subject.
journal-leaf = Leaf
journal-leaf-about = The hash of this one line is the leaf in the tree (RFC 6962: a zero byte goes first). Names and the like appear as salted commitments only.
journal-leaf-hash = Leaf hash
journal-index = Place in the log
journal-path = Proof of inclusion
journal-path-about = Hashes from the leaf's side up to the root; joined in order they give the root in the checkpoint.
journal-promise = Promise of inclusion
journal-promise-about = A signed promise that the entry will be in the log by the time it names. Keep it: if the entry is not there by then, it is the evidence.
journal-erase = Ask for the erasure of personal data
journal-erase-about = On request of the person: the value goes together with its salt, its commitment stays, so the log stays provable. Another administrator decides; both steps are entries themselves, and an erasure cannot be undone.
journal-erase-waits = Waits for another administrator's decision:
journal-erase-asked-by = Asked by
journal-erase-decision = Decision
journal-erase-grant = Erase
journal-erase-refuse = Do not erase
journal-erase-remark = Remark
journal-erase-remark-hint = Needed for a refusal; without what is to be erased.
journal-erase-decide = Decide
journal-field = What to erase
journal-field-actor = The account
journal-field-actor_name = The person's name
journal-field-data = The content (protected entries only)
journal-reason = Ground
journal-reason-hint = Such as date and number of the request; without what is to be erased.
admin-erasures = Erasures
admin-erasures-about = Requests to erase a personal value from the journal. Neither whoever asked nor the person who acted in the entry decides.
admin-erasures-none = No request waits for a decision.
