/// Exit codes of the program, after sysexits.
enum ExitStatus: Int32, CaseIterable {
    case success = 0
    case negativeResult = 1
    case usage = 64
    case dataDamaged = 65
    case notFound = 66
    case unavailable = 69
    case internalError = 70
    case inputOutput = 74
    case retry = 75
    case protocolError = 76
    case denied = 77
    case configuration = 78
    case interrupted = 130

    var meaning: Phrase {
        switch self {
        case .success: Phrase(zh: "成功", en: "success")
        case .negativeResult:
            Phrase(zh: "有结果但为否（有事实被拒、核对不符）", en: "negative result (refused facts, mismatch)")
        case .usage: Phrase(zh: "命令行用法有误", en: "wrong usage of the command line")
        case .dataDamaged: Phrase(zh: "数据损坏或输入内容有误", en: "damaged data or malformed input")
        case .notFound: Phrase(zh: "找不到文件、事实或模型", en: "file, fact or model not found")
        case .unavailable: Phrase(zh: "服务不可用", en: "server unavailable")
        case .internalError: Phrase(zh: "程序内部错误", en: "internal error")
        case .inputOutput: Phrase(zh: "读写失败（磁盘满等）", en: "input/output failed (disk full, …)")
        case .retry: Phrase(zh: "请重试（冲突、超时、过载）", en: "try again (conflict, timeout, overload)")
        case .protocolError: Phrase(zh: "协议不符", en: "protocol mismatch")
        case .denied: Phrase(zh: "没有权限", en: "permission denied")
        case .configuration:
            Phrase(zh: "配置有误（端口或数据目录被占用等）", en: "configuration (port or data directory in use, …)")
        case .interrupted: Phrase(zh: "被中断", en: "interrupted")
        }
    }
}

/// A failure that ends the command: a text for the user and the exit code.
struct CommandFailure: Error {
    let status: ExitStatus
    let text: Phrase

    init(_ status: ExitStatus, zh: String, en: String) {
        self.status = status
        self.text = Phrase(zh: zh, en: en)
    }

    init(_ status: ExitStatus, _ text: String) {
        self.init(status, zh: text, en: text)
    }
}
