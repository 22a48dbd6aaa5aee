/// The members of a branch on a day.
package struct Roll: Sendable {
    package let branch: String
    package let day: LocalDate
    /// Full members by valid time.
    package private(set) var full: [String] = []
    package private(set) var probationary: [String] = []
    /// Those of the full members whose conversion was approved by that day.
    package private(set) var voters = 0

    /// Full and probationary members.
    package var total: Int { full.count + probationary.count }

    package func holds(_ person: String) -> Bool {
        full.contains(person) || probationary.contains(person)
    }

    init(branch: String, day: LocalDate) {
        self.branch = branch
        self.day = day
    }

    mutating func take(_ person: String, _ membership: Membership) {
        guard membership.branch(on: day) == branch else { return }
        if membership.isFull(on: day) {
            full.append(person)
        } else {
            probationary.append(person)
        }
        if membership.mayVote(in: branch, on: day) { voters += 1 }
    }
}

extension Office {
    /// The roll of a branch on a day, over what is recorded so far.
    ///
    /// - Parameter excluded: somebody to leave out, who is about to be placed.
    package func roll(
        of branch: String, on day: LocalDate, without excluded: String? = nil
    ) throws -> Roll {
        let state = try aggregate(BranchState.self, branch)
        var roll = Roll(branch: branch, day: day)
        var persons = state.persons
        var known = Set(persons)
        for id in state.transfersIn {
            let transfer = try aggregate(TransferState.self, id)
            if let person = transfer.letter?.person, known.insert(person).inserted {
                persons.append(person)
            }
        }
        for person in persons where person != excluded {
            roll.take(person, try membership(of: person))
        }
        return roll
    }

    /// Whether a branch may hold as many members as `most` on some day: fewer persons were ever
    /// seen there otherwise, and no roll needs to be counted.
    package func mayFill(_ branch: String, upTo most: Int) throws -> Bool {
        let state = try aggregate(BranchState.self, branch)
        return state.persons.count + state.transfersIn.count >= most
    }

    /// Full members of a branch on a day: those on its roll, or the number of its establishment as
    /// long as nobody was ever put on the roll.
    package func fullMembers(of branch: String, on day: LocalDate) throws -> Int {
        let state = try aggregate(BranchState.self, branch)
        guard state.hasRoll else { return state.fullAtEstablishment }
        return try roll(of: branch, on: day).full.count
    }
}
