import CKernels

/// Inverted dropout: in training, a unit is set to zero with a certain probability and otherwise
/// divided by one minus it, so that its mean stays the same and prediction needs no correction.
///
/// Each unit has 16 random bits of its own for each row of the batch, four rows to a word of 64
/// bits, the first one in the lowest bits, and is dropped where they are below `threshold`. The
/// words go unit by unit, each unit beginning with a new one. The probability is therefore a
/// multiple of 2^-16, the nearest one to what is asked for (below 1): 0.5 and 0.25 are exact, 0.3 is
/// 0.3000031. Units are divided by one minus this probability, so that their mean is exact whatever
/// was asked for.
struct Dropout: Sendable {
  /// What the 16 bits of a unit are compared with: 65536 times the probability.
  let threshold: UInt32
  /// What the units that are kept are multiplied by.
  let factor: Float

  /// A dropout with `probability`, 0 ..< 1.
  init(probability: Double) {
    precondition(probability >= 0 && probability < 1, "Dropout is a probability below one.")
    threshold = UInt32(min((probability * 0x1p16).rounded(), 0xffff))
    factor = Float(1 / (1 - Double(threshold) * 0x1p-16))
  }

  /// Whether any unit is ever dropped.
  var isActive: Bool { threshold > 0 }

  /// Number of words that `rows` rows of a unit take from the generator.
  static func wordCount(rows: Int) -> Int { (rows + 3) / 4 }

  /// Drops some of `units`, `[unitCount][rows.count]`, which are the rows `rows` of a batch.
  ///
  /// - Parameters:
  ///   - rows: begins with a multiple of 4, and ends with one or with the batch.
  ///   - batchRows: rows of the whole batch.
  ///   - generator: where it stands for the first unit of the batch.
  ///   - words: room for the random words of these rows.
  func apply(
    to units: inout [Float], unitCount: Int, rows: Range<Int>, batchRows: Int,
    generator: SeededGenerator, words: inout [UInt64], on kernel: spectra_kernel
  ) {
    let (count, stride) = (Self.wordCount(rows: rows.count), Self.wordCount(rows: batchRows))
    precondition(rows.lowerBound % 4 == 0, "Rows that share a random word must not be parted.")
    precondition(units.count >= unitCount * rows.count, "There are fewer units than said.")
    precondition(words.count >= unitCount * count, "There is no room for the random words.")
    var generator = generator
    generator.skip(rows.lowerBound / 4)
    for unit in 0..<unitCount {
      generator.fill(&words, at: unit * count, count: count)
      generator.skip(stride - count)
    }
    unsafe spectra_kernel_drop(kernel, unitCount, rows.count, words, threshold, factor, &units)
  }
}
