// Where constructs and tokens were made: core records it for its messages, and takes a third of the time of the suite for it.
process.env.CDK_DISABLE_STACK_TRACE = '1';
// Core's validation of templates takes a third of a second for each synthesis: the tests of the constructs and of the
// examples, which are about whole templates, switch it on.
process.env.CDK_VALIDATION = 'false';
