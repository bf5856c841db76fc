import SpectraTrain
import Testing

@Suite("Seeded random numbers")
struct SeededGeneratorTests {
  @Test("The bits are those of SplitMix64")
  func referenceBits() {
    // Output of Vigna's splitmix64.c, https://prng.di.unimi.it/splitmix64.c, for x = 1234567.
    let reference: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    var generator = SeededGenerator(seed: 1_234_567)
    #expect(reference.map { _ in generator.next() } == reference)
  }

  @Test("Words that are filled or skipped are the next ones", arguments: [0, 1, 1000])
  func fillAndSkip(count: Int) {
    var generator = SeededGenerator(seed: 1_234_567)
    let expected = (0...count).map { _ in generator.next() }
    var words = Array(repeating: UInt64(0), count: count + 2)
    var filling = SeededGenerator(seed: 1_234_567)
    filling.fill(&words, at: 1, count: count)
    #expect(words == [0] + expected.prefix(count) + [0])
    #expect(filling.next() == expected[count])
    var skipping = SeededGenerator(seed: 1_234_567)
    skipping.skip(count)
    #expect(skipping.next() == expected[count])
  }

  @Test("Uniform numbers fill [0, 1) evenly")
  func uniform() {
    var generator = SeededGenerator(seed: 1)
    let numbers = (0..<10_000).map { _ in generator.uniform() }
    #expect(numbers.allSatisfy { (0..<1).contains($0) })
    for tenth in 0..<10 {
      let share = numbers.count { Int($0 * 10) == tenth }
      #expect(abs(share - 1000) < 120)  // four standard deviations of the binomial distribution
    }
  }

  @Test("Normal numbers have the moments of the normal distribution")
  func normal() {
    let count = 20_000.0
    var generator = SeededGenerator(seed: 2)
    let numbers = (0..<Int(count)).map { _ in generator.normal() }
    func moment(_ power: Int) -> Double {
      numbers.reduce(0) { sum, x in sum + (0..<power).reduce(1) { product, _ in product * x } }
        / count
    }
    // Expected 0, 1, 0, 3 with variances 1, 2, 15, 96 over the count; four standard deviations.
    #expect(abs(moment(1)) < 4 * (1 / count).squareRoot())
    #expect(abs(moment(2) - 1) < 4 * (2 / count).squareRoot())
    #expect(abs(moment(3)) < 4 * (15 / count).squareRoot())
    #expect(abs(moment(4) - 3) < 4 * (96 / count).squareRoot())
    let pairs = zip(numbers, numbers.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(pairs / count) < 4 * (1 / count).squareRoot())
  }

  @Test("Every order of a shuffle is equally probable")
  func shuffle() {
    var generator = SeededGenerator(seed: 3)
    var orders: [[Int]: Int] = [:]
    for _ in 0..<6000 {
      var values = [0, 1, 2]
      generator.shuffle(&values)
      orders[values, default: 0] += 1
    }
    #expect(orders.count == 6)
    for (order, count) in orders { #expect(abs(count - 1000) < 116, "\(order)") }
  }

  @Test("Streams differ from each other and leave their source where it was")
  func streams() {
    let source = SeededGenerator(seed: 4)
    var first = source.stream(0)
    var second = source.stream(1)
    var original = source
    var again = source.stream(0)
    let bits = first.next()
    #expect(bits == again.next())
    #expect(bits != second.next())
    #expect(bits != original.next())
    #expect(source == SeededGenerator(seed: 4))
  }
}
