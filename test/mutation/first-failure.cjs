const { TestEnvironment } = require('jest-environment-node');

/** The mutant that some test has noticed: in the same process, files of tests come one after the other. */
let noticed;

/** Skips tests once one has failed, which Stryker's runner for jest does not do by itself. */
module.exports = class FirstFailure extends TestEnvironment {
  handleTestEvent({ name, test }) {
    const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
    if (name === 'test_fn_failure' && mutant !== undefined) {
      noticed = mutant;
    } else if (name === 'test_start' && mutant !== undefined && mutant === noticed) {
      test.mode = 'skip';
    }
  }
};
