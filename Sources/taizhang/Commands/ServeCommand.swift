import ArgumentParser
import Foundation
import Server

/// `taizhang serve`: the server with its embedded log.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server on a data directory.",
        discussion: """
            EXAMPLES
              taizhang serve --data /var/lib/taizhang
              taizhang serve --data ./ledger --listen 127.0.0.1:0     any free port; it says which

            SIGTERM or Ctrl-C ends it in order: no new calls, running ones end, the last commit is
            on disk, the directory is free. A second signal ends it at once; nothing that was
            acknowledged is lost either way.
            """)

    @Option(help: "Directory of the ledger; made when it does not exist.")
    var data: String

    @Option(help: "Address and port to listen on; port 0 takes a free one.")
    var listen = "127.0.0.1:7400"

    @Flag(
        help: "Stop when standard input ends: for programs that start a server of their own.")
    var untilInputEnds = false

    @OptionGroup var general: GeneralOptions

    func run() async throws {
        try await general.run {
            Allocator.begin()
            let address = try ServerAddress(parsing: listen)
            var options = ServerOptions(dataDirectory: data)
            options.host = address.host
            options.port = address.port
            let language = general.language
            let server = TaizhangServer(options) { event in
                ServeMessages.announce(event, language)
            }
            if untilInputEnds { InputWatch.begin() }
            do {
                try await server.runUntilSignalled()
            } catch let failure as ServerStartFailure {
                throw ServeMessages.failure(failure)
            }
        }
    }
}

/// Ends this process in order when its standard input ends, so that a server does not outlive the
/// program that started it.
enum InputWatch {
    /// Begins to read, in a thread of its own; what is read is dropped.
    static func begin() {
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 256)
            while true {
                let count = read(STDIN_FILENO, &buffer, buffer.count)
                if count == 0 || (count < 0 && errno != EINTR) { break }
            }
            kill(getpid(), SIGTERM)
        }
    }
}

/// Texts of the serve command.
enum ServeMessages {
    static func announce(_ event: TaizhangServer.Event, _ language: Language) {
        let text: Phrase
        switch event {
        case .opening(let directory):
            text = Phrase(zh: "打开账簿 \(directory)", en: "opening the ledger in \(directory)")
        case .listening(let address, let head, let identity):
            text = Phrase(
                zh: "账簿 \(identity)，已有 \(head) 条事实\n正在监听 listening on \(address)",
                en: "ledger \(identity) with \(head) facts\nlistening on \(address)")
        case .stopping:
            text = Phrase(
                zh: "正在有序停止……（再次中断则立即结束）", en: "stopping in order (a second signal ends it at once)"
            )
        case .stopped(let head):
            text = Phrase(zh: "已停止，共 \(head) 条事实", en: "stopped with \(head) facts")
        case .modelParked(let model, let reason):
            text = Phrase(
                zh: "读模型 \(model) 停止跟进：\(reason)",
                en: "the model \(model) stopped following: \(reason)")
        case .sealingStopped(let reason):
            text = Phrase(
                zh: "不再压缩旧记录，其余照常：\(reason)",
                en: "old batches are not compressed any more, all else goes on: \(reason)")
        case .fault(let what):
            text = Phrase(zh: "故障：\(what)", en: "fault: \(what)")
        }
        Terminal.note(text(language))
    }

    /// A ledger of another version's making.
    static func otherFormat(
        _ directory: String, found: UInt32, supported: UInt32
    ) -> CommandFailure {
        CommandFailure(
            .configuration,
            zh: "账簿 \(directory) 的格式为 \(found)，本版本只读格式 \(supported)："
                + "请用写入它的版本 taizhang export 导出，再导入新账簿",
            en: "the ledger in \(directory) has format \(found), this version reads format "
                + "\(supported): export it with the version that wrote it (taizhang export) and "
                + "import that into a new ledger")
    }

    static func failure(_ failure: ServerStartFailure) -> CommandFailure {
        switch failure {
        case .addressInUse(let address):
            CommandFailure(
                .configuration,
                zh: "地址 \(address) 已被占用：请换一个端口（--listen），或先停止占用它的程序",
                en: "the address \(address) is in use: choose another port (--listen) or stop the "
                    + "program that holds it")
        case .cannotListen(let address, let reason):
            CommandFailure(
                .configuration, zh: "不能在 \(address) 监听：\(reason)",
                en: "cannot listen on \(address): \(reason)")
        case .directoryInUse(let directory, let pid):
            CommandFailure(
                .configuration,
                zh: "数据目录 \(directory) 正被进程 \(pid ?? "?") 使用：同一账簿只能由一个进程打开",
                en: "the data directory \(directory) is in use by process \(pid ?? "?"): a ledger "
                    + "can be open in one process only")
        case .diskFull(let directory):
            CommandFailure(
                .inputOutput, zh: "磁盘已满，不能打开 \(directory)：请先腾出空间",
                en: "the disk is full; cannot open \(directory): free some space first")
        case .damaged(let what):
            CommandFailure(
                .dataDamaged, zh: "账簿已损坏：\(what)。请运行 taizhang verify --data 查看",
                en: "the ledger is damaged: \(what). See taizhang verify --data")
        case .otherFormat(let directory, let found, let supported):
            otherFormat(directory, found: found, supported: supported)
        case .stopped(let reason):
            CommandFailure(
                .inputOutput,
                zh: "账簿因故障停止：\(reason)。已确认的事实都在磁盘上；请检查磁盘后重新启动",
                en: "the ledger has stopped after a fault: \(reason). What was acknowledged is on "
                    + "disk; check the disk and start again")
        case .cannotOpen(let directory, let reason):
            CommandFailure(
                .inputOutput, zh: "不能打开 \(directory)：\(reason)",
                en: "cannot open \(directory): \(reason)")
        }
    }
}
