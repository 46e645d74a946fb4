extension Store {
  /// An answer that waits for the disk.
  struct Answer: Sendable {
    private let reply: PendingReply
    private let answer: SCIMAnswer

    init(to reply: PendingReply, with answer: SCIMAnswer) {
      self.reply = reply
      self.answer = answer
    }

    func give() { reply.resolve(answer) }
  }
}
