import os

from acknowledge_pipeline import acknowledge_pipeline
from archive import Archive
from aws_cdk import App, Environment, Stack, pipelines

app = App()

# synthesizes without AWS accounts, too
region = os.environ.get("CDK_DEFAULT_REGION", "us-east-1")
tools = Stack(
    app,
    "ArchivePipeline",
    env=Environment(account=os.environ.get("CDK_DEFAULT_ACCOUNT", "333333333333"), region=region),
)

pipeline = pipelines.CodePipeline(
    tools,
    "Pipeline",
    cross_account_keys=True,  # the other accounts read what the pipeline has built
    enable_key_rotation=True,
    synth=pipelines.ShellStep(
        "Synth",
        input=pipelines.CodePipelineSource.connection(
            os.environ.get("REPOSITORY", "example/archive"),
            "main",
            connection_arn=os.environ.get(
                "CONNECTION_ARN",
                "arn:aws:codeconnections:us-east-1:333333333333:connection/00000000-0000-0000-0000-000000000000",
            ),
        ),
        commands=["npm ci", "pip install -r requirements.txt", "npx cdk synth"],
    ),
)

pipeline.add_stage(
    Archive(
        app,
        "Prod",
        production_account=os.environ.get("PRODUCTION_ACCOUNT", "111111111111"),
        backup_account=os.environ.get("BACKUP_ACCOUNT", "222222222222"),
        region=region,
    )
)

pipeline.build_pipeline()
acknowledge_pipeline(pipeline)

app.synth()
