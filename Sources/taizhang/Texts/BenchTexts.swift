/// Texts of the bench command.
enum BenchTexts {
    // MARK: Titles

    static let setup = Phrase(zh: "基准账簿", en: "bench ledger")
    static let burst = Phrase(zh: "记入（突发）", en: "append, burst")
    static let sustained = Phrase(
        zh: "记入（持续：索引、模型、封存均已跟上）",
        en: "append, sustained: index, models and sealer have caught up")
    static let replay = Phrase(zh: "重放", en: "replay")
    static let streamReads = Phrase(zh: "读取单个流", en: "single streams")
    static let subscribe = Phrase(zh: "实时订阅", en: "live subscribers")
    static let query = Phrase(zh: "点查询", en: "queries")

    // MARK: Figures

    static let facts = Phrase(zh: "事实", en: "facts")
    static let elapsed = Phrase(zh: "用时", en: "time")
    static let events = Phrase(zh: "事件", en: "events")
    static let calls = Phrase(zh: "调用", en: "calls")
    static let rate = Phrase(zh: "每秒事件", en: "events per second")
    static let callRate = Phrase(zh: "每秒调用", en: "calls per second")
    static let factRate = Phrase(zh: "每秒事实", en: "facts per second")
    static let streams = Phrase(zh: "流", en: "streams")
    static let streamRate = Phrase(zh: "每秒读流", en: "streams per second")
    static let subscribers = Phrase(zh: "订阅者", en: "subscribers")
    static let delivered = Phrase(zh: "送达", en: "delivered")
    static let lost = Phrase(zh: "丢失", en: "lost")
    static let deliveryRate = Phrase(zh: "每秒送达", en: "delivered per second")
    static let queries = Phrase(zh: "查询", en: "queries")
    static let rows = Phrase(zh: "行", en: "rows")
    static let queryRate = Phrase(zh: "每秒查询", en: "queries per second")
    static let reused = Phrase(zh: "沿用已有账簿", en: "the ledger was there already")
    static let directory = Phrase(zh: "目录", en: "directory")
    static let clientProcessor = Phrase(
        zh: "客户端每件处理器时间", en: "client's processor time each")
    static let serverProcessor = Phrase(
        zh: "服务端每件处理器时间", en: "server's processor time each")
    static let serverMemory = Phrase(zh: "服务端内存", en: "server's memory")
    static let serverOwnMemory = Phrase(zh: "其中自有", en: "of it its own")
    static let slowest = Phrase(zh: "最慢一轮", en: "slowest round")
    static let fastest = Phrase(zh: "最快一轮", en: "fastest round")
    static let indexCaughtUp = Phrase(zh: "索引跟上", en: "index caught up after")
    static let modelsCaughtUp = Phrase(zh: "模型跟上", en: "models caught up after")
    static let sealerCaughtUp = Phrase(zh: "封存跟上", en: "sealer caught up after")
    static let latency = Phrase(zh: "延迟", en: "latency")
    static let appendLatency = Phrase(zh: "记入", en: "append")
    static let deliveryLatency = Phrase(zh: "发出至送达订阅者", en: "sent to subscriber")
    static let behindCommit = Phrase(zh: "应答至送达订阅者", en: "answered to subscriber")
    static let queryLatency = Phrase(zh: "查询", en: "query")
    static let readLatency = Phrase(zh: "读一条流", en: "read of a stream")

    // MARK: Progress

    static let settingUp = Phrase(zh: "建账", en: "setting up")
    static let recording = Phrase(zh: "记入", en: "recording")
    static let draining = Phrase(zh: "等待跟上", en: "catching up")
    static let asking = Phrase(zh: "查询", en: "asking")

    // MARK: Failures

    static func serverDidNotStart(_ said: String) -> CommandFailure {
        CommandFailure(
            .unavailable, zh: "测试用的服务没有启动：\n\(said)",
            en: "the server to be measured did not start:\n\(said)")
    }

    static let serverEndedBadly = CommandFailure(
        .internalError, zh: "测试用的服务没有正常结束", en: "the server that was measured did not end in order")

    static func noDirectory(_ parent: String, _ reason: String) -> CommandFailure {
        CommandFailure(
            .inputOutput, zh: "不能在 \(parent) 建立临时目录：\(reason)。请用 --data 指定目录",
            en: "cannot make a directory in \(parent): \(reason). Name one with --data")
    }

    static let needsConsent = CommandFailure(
        .usage,
        zh: "事实一经记入不能删除：要在正在运行的账簿里记入测试事实，请加 --into-this-ledger；"
            + "不指定 --server 则使用自己的临时账簿",
        en: "facts can never be removed: add --into-this-ledger to record test facts in a running "
            + "server's ledger, or leave --server out to use a ledger of its own")

    static let serverAndData = CommandFailure(
        .usage, zh: "--server 与 --data 不能并用：一个指正在运行的服务，一个指自己启动的服务的目录",
        en: "--server and --data exclude each other: one names a running server, the other the "
            + "directory of a server of its own")

    static let noScenario = CommandFailure(
        .notFound, zh: "这个账簿里没有测试场景：请先运行 taizhang bench append",
        en: "this ledger does not hold the bench's scenario: run taizhang bench append first")

    static let foreignScenario = CommandFailure(
        .negativeResult, zh: "流 \(BenchScenario.firstStream) 不是基准测试建立的：不在这个账簿里测试",
        en: "the stream \(BenchScenario.firstStream) was not made by a bench: this ledger is left "
            + "alone")

    static func setupIncomplete(_ answered: UInt64, of facts: Int) -> CommandFailure {
        CommandFailure(
            .negativeResult, zh: "建账没有完成：\(facts) 条事实中有应答的 \(answered) 条",
            en: "the setup is incomplete: \(answered) of \(facts) facts were answered")
    }

    static func modelParked(_ what: String) -> CommandFailure {
        CommandFailure(
            .internalError, zh: "读模型停止跟进：\(what)", en: "a model stopped following: \(what)")
    }

    static func sealingFault(_ what: String) -> CommandFailure {
        CommandFailure(
            .internalError, zh: "封存因故障停止：\(what)", en: "the sealer has stopped: \(what)")
    }

    static func gap(expected: UInt64, found: UInt64) -> CommandFailure {
        CommandFailure(
            .dataDamaged, zh: "重放缺位：应为 \(expected)，得到 \(found)",
            en: "a position is missing in the replay: \(expected) was expected, \(found) came")
    }

    static func lost(_ count: Int) -> CommandFailure {
        CommandFailure(
            .negativeResult, zh: "订阅者丢失了 \(count) 个位置", en: "subscribers lost \(count) positions")
    }

    static func exhausted(_ scenario: BenchScenario) -> CommandFailure {
        let (streams, persons) = (scenario.streams, scenario.persons)
        return CommandFailure(
            .negativeResult,
            zh: "\(streams) 场活动、\(persons) 人已全部记满（同一活动同一人只记一次）：请用更大的 --persons 新建账簿",
            en: "every one of \(persons) persons has served in each of \(streams) activities, and "
                + "one person counts once in an activity: make a ledger with more --persons")
    }

    static func tooManyInFlight(_ wanted: Int, most: Int) -> CommandFailure {
        CommandFailure(
            .usage, zh: "每个连接同时 \(wanted) 个调用，超过服务端允许的 \(most) 个：请减小 --in-flight",
            en: "\(wanted) calls in flight on a connection, more than the \(most) that the server "
                + "takes: lower --in-flight")
    }

    static func tooFewStreams(_ streams: Int, least: Int) -> CommandFailure {
        CommandFailure(
            .usage,
            zh:
                "只有 \(streams) 条流，不足以为 connections × in-flight × batch 个事实各随机选一条：至少要 \(least) 条",
            en: "\(streams) streams are too few to choose from by chance with connections × "
                + "in-flight × batch facts under way: there must be at least \(least)")
    }

    static func outOfRange(_ option: String, _ range: String) -> CommandFailure {
        CommandFailure(
            .usage, zh: "\(option) 应为 \(range)", en: "\(option) must be \(range)")
    }

    static let eventsOrSeconds = CommandFailure(
        .usage, zh: "--events 与 --seconds 只能给出一个", en: "give --events or --seconds, not both")

    static let notInMemory = Phrase(
        zh: "注意：数据目录在内存文件系统上，落盘不花时间，数字没有意义",
        en: "note: the ledger lies on a file system in memory, where a flush costs nothing; the "
            + "figures mean little")
}
