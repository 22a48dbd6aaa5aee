package import Schema

/// A person's file, and the posts and cultivations that facts about the person began.
package struct PersonState: Aggregate {
    package static let subject = "person"
    package static let types: [EventType]? = [
        .personRegistered, .postAppointed, .cultivationStarted,
    ]

    package let id: String
    package private(set) var isRegistered = false
    package private(set) var birthYear: Int?
    package private(set) var employer: String?
    package private(set) var employment = PersonRegistered.Employment.unspecified
    /// Posts, by the identity of their streams.
    package private(set) var posts: [String] = []
    /// Cultivations, by the identity of their streams.
    package private(set) var cultivations: [String] = []

    package init(id: String) { self.id = id }

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .personRegistered(let event) where event.person == id:
            isRegistered = true
            birthYear = event.hasBirthYear ? Int(event.birthYear) : nil
            employer = event.employerOrg
            employment = event.employment
        case .postAppointed(let event) where event.person == id:
            if !posts.contains(fact.streamIdentity) { posts.append(fact.streamIdentity) }
        case .cultivationStarted(let event) where event.person == id:
            if !cultivations.contains(fact.streamIdentity) {
                cultivations.append(fact.streamIdentity)
            }
        default:
            break
        }
    }
}
