extension Environment {
    /// How an environment is opened; the durability flags of LMDB are fixed and not offered.
    ///
    /// `MDB_NOTLS` is always set. `MDB_WRITEMAP`, `MDB_NOSYNC`, `MDB_NOMETASYNC` and
    /// `MDB_MAPASYNC` are never set: each can lose or damage what was reported as durable.
    package struct Options: Sendable {
        /// Size of the memory map in bytes. It is address space, not memory, and the file grows
        /// only as it is used; so it is generous from the start.
        package var mapSize: Int
        /// Slots in the table of readers, over all processes. Takes effect only when no other
        /// process has the environment open.
        package var maxReaders: Int
        /// Named databases that can be open at once.
        package var maxDatabases: Int
        /// Refuse writes; the files must exist.
        package var readOnly: Bool
        /// Let the kernel read ahead. Off suits random reads in a file larger than memory.
        package var readAhead: Bool
        /// Permission bits of new files.
        package var fileMode: UInt32
        /// A read transaction older than this, in milliseconds, is counted as overlong: as long
        /// as it lives no page that was freed after its start can be used again.
        package var readerAgeLimitMilliseconds: Int
        /// Bytes of keys and values one write transaction may put. Far below the 131,071 dirty
        /// pages (512 MiB) from which on LMDB 0.9.24 spills and leaks its spill list.
        package var transactionBytesMax: Int

        /// The options of a server's environment; name only what differs.
        package init(
            mapSize: Int = 1 << 40,
            maxReaders: Int = 512,
            maxDatabases: Int = 64,
            readOnly: Bool = false,
            readAhead: Bool = true,
            fileMode: UInt32 = 0o600,
            readerAgeLimitMilliseconds: Int = 1_000,
            transactionBytesMax: Int = 256 << 20
        ) {
            self.mapSize = mapSize
            self.maxReaders = maxReaders
            self.maxDatabases = maxDatabases
            self.readOnly = readOnly
            self.readAhead = readAhead
            self.fileMode = fileMode
            self.readerAgeLimitMilliseconds = readerAgeLimitMilliseconds
            self.transactionBytesMax = transactionBytesMax
        }
    }
}
