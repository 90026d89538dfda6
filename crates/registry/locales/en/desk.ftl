desk-title = My desk
desk-greeting = { $name }
desk-acting-for = For: { $names }
desk-mine = Waits for me
desk-mine-empty = Nothing waits for you
desk-mine-empty-text = What you have to do appears here, the most urgent first.
desk-sent = Sent by me
desk-sent-empty = Nothing sent yet
desk-sent-empty-text = Your needs, offers and contacts appear here with where they stand.
desk-review = Review needs and offers
desk-refused = Change as the reviewer asks
desk-expiring = Ends soon: renew it
desk-contact = Answer a contact request
desk-question = Reply to a question
desk-since = since { $date }
desk-due-days = { $n ->
    [0] due today
    [one] { $n } working day left
   *[other] { $n } working days left
 }
desk-due-late = late
desk-start-need = Publish a need
desk-start-offer = Publish an offer
desk-start-reviews = Reviews
desk-start-contacts = Contacts
desk-start-search = Find offers
desk-start-claim = Claim your organisation
desk-start-admin = Accounts and data
desk-start-claims = Claims of organisations
desk-start-imports = Import
