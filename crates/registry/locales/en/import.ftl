import-title = Imports
import-lede = Bulk imports of organisations, needs and offers. A file counts as a whole or not at all.
import-empty-title = Nothing has been imported yet
import-empty-text = After an import this page lists its file, when, by whom and with what result.
import-how-title = How to import
import-how-command = Run the command on the server, first as a trial, then in earnest:
import-how-api = Or send the file with an access token that has the import scope:
import-noun-organisations = Organisations
import-noun-needs = Needs
import-noun-offers = Offers
import-state-staging = Being written
import-state-published = In force
import-state-dropped = Dropped
import-lede-staging = It is being written in chunks; nobody sees any of it before all of it is there.
import-lede-published = All of it is in force. Needs and offers are drafts of their organisations, which check and submit them.
import-lede-dropped = This import was not finished and was dropped; nothing of it was kept. It can be imported again.
import-published-at-once = All of it is in force. As the command asked, needs and offers were published without a review.
import-report = Result
import-started = Begun
import-by = By
import-published = In force since
import-rows = Rows of the file
import-created = New
import-updated = Changed
import-unchanged = Unchanged
import-kept = Left alone
import-remarks = Remarks
import-line = Line
import-field = Column
import-remark = Remark
import-more = { $n ->
    [one] One more remark is not listed.
   *[other] { $n } more remarks are not listed.
}
import-no-remarks = There is nothing to note.
