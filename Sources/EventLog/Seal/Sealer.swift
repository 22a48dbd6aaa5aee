import Glibc
import LogFormat

/// Turns old batches into sealed blocks, on a thread of its own and of low priority: it prepares
/// and proves a block beside the appends; a large commit takes it along into the log, or the settler.
///
/// `@unchecked Sendable`: the variables belong to the sealer's thread.
final class Sealer: @unchecked Sendable {
    private enum Turn {
        case sealed
        /// Not enough for a block: so many bytes of batches up to the position.
        case tooLittle(bytes: Int, through: UInt64)
        /// It could not be put in.
        case notPutIn
    }

    private let log: LogStore
    private let committer: Committer
    private let desk: SealDesk
    private let options: EventLogOptions
    /// The Merkle tree over all sealed events; nil until it is needed.
    private var frontier: MerkleFrontier?
    /// Bytes of batches that make about one block, as the last ones showed.
    private var rawBytesWanted: Int
    /// The last durable position when the sealer last looked whether appends come fast.
    private var lastSeen: UInt64
    /// What made the last block; what it digests its dictionary into is dear.
    private var maker: BlockMaker?
    /// Whether appends come fast: what waits will not grow less by itself.
    private var isBusy = false
    private var blocksUntilTrial = 0
    /// Blocks from the last trial of a dictionary to the next: what a young ledger records changes
    /// more often.
    private var trialInterval = 4

    /// Pause after a failure that may pass, such as a full disk.
    private static let retryMilliseconds = 1_000
    /// A new dictionary must save this share of a block, in percent.
    private static let gainPercent = 4

    init(
        log: LogStore, committer: Committer, desk: SealDesk, options: EventLogOptions
    ) {
        self.log = log
        self.committer = committer
        self.desk = desk
        self.options = options
        rawBytesWanted = Self.rawBytesWanted(options)
        lastSeen = committer.durable
    }

    /// Bytes of batches that make a block, before there is any experience.
    static func rawBytesWanted(_ options: EventLogOptions) -> Int {
        6 * options.sealedBlockBytes
    }

    /// The sealer's thread.
    func run() {
        // Appends come first. Where this is not allowed, sealing merely competes with them.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        while desk.waitForWork(), makeWay() {
            do {
                switch try turn() {
                case .sealed: break
                case .tooLittle(let bytes, let through):
                    desk.settle(bytes) { log.storedThrough != through }
                case .notPutIn:
                    guard desk.pause(milliseconds: Self.retryMilliseconds) else { return }
                }
            } catch {
                frontier = nil
                desk.fail("\(error)")
                return
            }
        }
    }

    /// Waits while appends come fast, unless too much waits already.
    ///
    /// - Returns: false when the log closes.
    private func makeWay() -> Bool {
        while true {
            let before = committer.durable
            guard before < log.sealedThrough + UInt64(options.sealDeferredEvents),
                lastSeen + UInt64(options.sealBusyEvents) < before
            else { break }
            guard desk.pause(milliseconds: 10) else { return false }
            lastSeen = before
        }
        let now = committer.durable
        isBusy = now > lastSeen && now - lastSeen > UInt64(options.sealBusyEvents)
        lastSeen = now
        return true
    }

    /// Makes and swaps in one block.
    private func turn() throws -> Turn {
        try options.whileSealing?(.reading)
        let before = try frontier ?? log.sealedFrontier()
        // What is in the journal yet is nothing to put a block in the place of.
        let through = log.storedThrough
        let batches = try log.rawBatches(
            from: before.size + 1, through: through, bytes: rawBytesWanted)
        let bytes = batches.reduce(0) { $0 + $1.count }
        guard bytes >= rawBytesWanted else {
            return .tooLittle(bytes: bytes, through: through)
        }
        let isInHaste = isBusy && through - before.size > UInt64(options.sealHasteEvents)
        let level = isInHaste ? options.sealLevelInHaste : options.sealLevel
        let maker = try chooseDictionary(batches, after: before, level: level)
        let made = try maker.make(batches, after: before)
        try options.whileSealing?(.made)
        let after = try maker.prove(made.bytes, after: before)
        try options.whileSealing?(.proved)
        var group = SealedGroup(
            first: before.size + 1, last: made.last, surplusKeys: [], bytes: made.bytes)
        group.surplusKeys = try keys(of: batches[1..<made.batches])
        if let dictionary = maker.dictionary, dictionary.number > newestNumber {
            group.newDictionary = dictionary
        }
        guard handOver(group) else {
            frontier = nil
            return .notPutIn
        }
        frontier = after
        adapt(rawBytes: batches[..<made.batches].reduce(0) { $0 + $1.count }, made.bytes.count)
        try options.whileSealing?(.swapped)
        return .sealed
    }

    private func keys(of batches: ArraySlice<[UInt8]>) throws -> [UInt64] {
        try batches.map { batch in
            try batch.withUnsafeBytes { bytes in
                // The key stands in the header itself.
                var reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[8...]))
                guard let first = reader.uint64() else {
                    throw EventLogError.damaged(position: .zero, "a batch is too short")
                }
                return first
            }
        }
    }

    /// Keeps blocks at the size wanted.
    private func adapt(rawBytes: Int, _ blockBytes: Int) {
        let wanted = Double(rawBytes) * Double(options.sealedBlockBytes) / Double(blockBytes)
        let most = 32 * options.sealedBlockBytes
        let bounded = min(max(Int(wanted), options.sealedBlockBytes), most)
        rawBytesWanted = (3 * rawBytesWanted + bounded) / 4
        desk.want(rawBytesWanted)
    }

    // MARK: Dictionary

    private var newestNumber: UInt32 {
        log.dictionaries.newest?.number ?? 0
    }

    /// Tries now and then whether a dictionary of what is written these days is worth having.
    private func chooseDictionary(
        _ batches: [[UInt8]], after frontier: MerkleFrontier, level: Int
    ) throws -> BlockMaker {
        let newest = log.dictionaries.newest
        let maker = try lastMaker(level: level, dictionary: newest)
        guard options.dictionaryBytes > 0, blocksUntilTrial <= 0 else {
            blocksUntilTrial -= 1
            return maker
        }
        blocksUntilTrial = trialInterval
        trialInterval = min(4 * trialInterval, options.dictionaryInterval)
        var samples = DictionaryMaker()
        var next = frontier.size + 1
        for batch in batches {
            try batch.withUnsafeBytes { bytes in
                let value = try ValueView(bytes, at: next)
                try value.forEachRawRecord { _, record in samples.add(record) }
                next = value.header.last + 1
            }
        }
        let bytes = samples.make(limit: options.dictionaryBytes)
        guard !bytes.isEmpty else { return maker }
        let present = try maker.make(batches, after: frontier)
        let trial = try BlockMaker(
            level: level, blockBytes: options.sealedBlockBytes,
            dictionary: PresetDictionary(
                number: newestNumber + 1, content: try FrameDictionary(bytes)))
        let tried = try trial.make(batches, after: frontier)
        let isBetter =
            tried.bytes.count * present.batches * 100
            < present.bytes.count * tried.batches * (100 - Self.gainPercent)
        guard isBetter || newest == nil else { return maker }
        self.maker = trial
        return trial
    }

    /// A maker that works with level and dictionary, the last one if it does.
    private func lastMaker(level: Int, dictionary: PresetDictionary?) throws -> BlockMaker {
        if let maker, maker.serves(level: level, dictionary: dictionary?.number ?? 0) {
            return maker
        }
        let made = try BlockMaker(
            level: level, blockBytes: options.sealedBlockBytes, dictionary: dictionary)
        maker = made
        return made
    }

    // MARK: Handing over

    /// Offers the block and waits until it is in the log.
    ///
    /// - Returns: false when it was not put in: the log closes or has stopped, or there was no room.
    private func handOver(_ group: SealedGroup) -> Bool {
        desk.offer(group)
        // While events come, a commit will soon take the block along.
        if committer.durable != lastSeen,
            let early = desk.outcome(milliseconds: options.sealPatienceMilliseconds)
        {
            return early
        }
        // No large commit came by: the settler puts it in.
        log.settler.noteSeal()
        return desk.outcome()
    }
}
