/// Texts of volunteers' roles, as an office writes them, of any length and never twice the same.
///
/// One long text is made of phrases by chance; a role is a stretch of it. Every character takes
/// three bytes, so that a stretch may begin at any third byte.
struct RoleText: Sendable {
    /// The long text: larger than a block of the log, so that its parts do not repeat in one.
    private let text: Snippets
    private let count: Int

    private static let bytesMin = 512 * 1_024

    init(seed: UInt64) {
        var random = BenchRandom(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.bytesMin + 256)
        while bytes.count < Self.bytesMin {
            for choices in Self.sentence {
                bytes.append(contentsOf: choices[random.next(below: choices.count)].utf8)
            }
        }
        text = Snippets([bytes])
        count = bytes.count
    }

    /// - Returns: where a stretch of so many characters may begin.
    func start(characters: Int, _ random: inout BenchRandom) -> Int {
        3 * random.next(below: max(1, count / 3 - characters))
    }

    /// Writes a stretch.
    @inline(__always)
    func write(_ range: Range<Int>, to cursor: inout ByteCursor) {
        text.write(range.clamped(to: 0..<count), to: &cursor)
    }

    private static let numerals = "一二三四五六七八九十".map(String.init)

    /// Parts of a sentence, each with its choices.
    private static let sentence: [[String]] = [
        ["上午", "下午", "傍晚", "清晨", "周末", "午间"], numerals, ["点至", "点半至"], numerals,
        ["点在", "点于"],
        [
            "门诊大厅", "急诊入口", "住院部一楼", "社区卫生服务站", "养老院", "康复科", "体检中心",
            "发热门诊", "采血窗口", "乡镇卫生院", "文化广场", "中心小学", "慢病管理室", "便民服务点",
        ],
        [
            "负责导诊", "协助挂号取号", "测量血压血糖", "维持候诊秩序", "讲解用药常识", "登记随访信息",
            "护送行动不便者", "发放健康手册", "解读体检报告", "指导心肺复苏", "上门走访困难家庭",
            "协助办理出院", "开展心理疏导", "配合义诊专家", "搬运药品器材", "宣讲医保政策",
        ],
        ["，服务", "，共接待", "，先后帮助", "，陪同"], numerals, ["十"], numerals,
        ["人次，", "位老人，", "名患者，", "户家庭，", "名学生，"],
        [
            "带教", "搭档", "联络", "协调", "记录", "汇总", "交接",
        ],
        ["新党员", "团员青年", "护理骨干", "退休专家", "支部委员", "社区网格员", "入党积极分子"],
        numerals, ["名", "位"],
        ["。", "；", "，群众反映良好。", "，已交支部存档。", "，问题清单另附。"],
    ]
}
