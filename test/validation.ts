/** To be imported by tests which are about whole templates: core then validates each one that is synthesized. */
delete process.env.CDK_VALIDATION;
