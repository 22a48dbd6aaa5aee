/// A handle of one named database of one environment; opened once and shared by all threads.
@usableFromInline
package struct Database: Sendable, Hashable {
    /// The name it was created under.
    package let name: String
    /// LMDB's number of the handle.
    @usableFromInline let handle: UInt32
    /// The environment it belongs to; a handle means something else in every other one.
    @usableFromInline let environmentID: UInt64

    init(name: String, handle: UInt32, environmentID: UInt64) {
        self.name = name
        self.handle = handle
        self.environmentID = environmentID
    }

    @usableFromInline
    package static func == (left: Database, right: Database) -> Bool {
        left.handle == right.handle && left.environmentID == right.environmentID
    }

    @usableFromInline
    package func hash(into hasher: inout Hasher) {
        hasher.combine(handle)
        hasher.combine(environmentID)
    }
}

/// The size of a database's tree at one moment.
package struct DatabaseStatistics: Sendable, Equatable {
    /// Key and value pairs.
    package let entries: Int
    /// Levels of the tree; 0 when it is empty.
    package let depth: Int
    /// Inner pages.
    package let branchPages: Int
    /// Pages that hold keys and small values.
    package let leafPages: Int
    /// Pages that hold large values.
    package let overflowPages: Int
    /// Bytes a page.
    package let pageSize: Int

    /// Bytes of all pages that belong to the database.
    package var bytes: Int { (branchPages + leafPages + overflowPages) * pageSize }
}
