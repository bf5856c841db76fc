extension RefusalTests {
  /// Commands that take measured spectra.
  static let measurementCases: [Case] = [
    .usage("predict SPECTRUM --json --csv", "Give --json or --csv"),
    .usage("predict SPECTRUM SPECTRUM --plot FOLDER/x.png", "give one file"),
    .usage("predict SPECTRUM --calibrate 530", "--calibrate"),
    .usage("predict SPECTRUM --calibrate 530=nan", "--calibrate"),
    .usage("predict SPECTRUM --calibrate 530=531 --calibrate 530=532", "two different measured"),
    .usage(
      "predict SPECTRUM --calibrate 1=1 --calibrate 2=2 --calibrate 3=3", "once or twice"),
    .usage("predict SPECTRUM --align", "need --low-loss"),
    .usage("predict SPECTRUM --deconvolve", "need --low-loss"),
    .usage("predict SPECTRUM --low-loss x --align --calibrate 1=1", "both set the axis"),
    .usage("predict SPECTRUM --low-loss x --resolution 1", "of no use"),
    .usage("predict SPECTRUM --resolution 0", "--resolution must be"),
    .usage("predict SPECTRUM --resolution nan", "--resolution must be"),
    .usage("predict SPECTRUM --noise-gain 0", "--noise-gain must be above 0"),
    .usage("predict SPECTRUM --noise-gain inf", "--noise-gain must be above 0"),
    .usage("predict SPECTRUM --energy-offset-error=-1", "--energy-offset-error must be"),
    .usage("predict SPECTRUM --spikes eat", "spikes"),
    .data("predict SPECTRUM --low-loss FOLDER/none.msa", "none.msa: cannot be read"),
    .data("predict SPECTRUM --plot FOLDER/none/x.png", "none/x.png: cannot be written"),
    .usage("calibrate SPECTRUM", "--material"),
    .usage("calibrate SPECTRUM --material mp-7000 --resolution 0", "--resolution must be"),
    .data("calibrate FOLDER/none.csv --material mp-7000", "none.csv: cannot be read"),
    .data("calibrate SPECTRUM --material mp-0 --data DATA", "--material mp-0: there is no such"),
    .data("calibrate SPECTRUM --material mp-7000 --data FOLDER/none", "sites.csv: cannot be read"),
  ]
}
