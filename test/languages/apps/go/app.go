package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3notifications"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
	replication "github.com/cdk-s3-replication/cdk-s3-replication-go/cdks3replication"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)

	// two regions, with KMS
	orders := awscdk.NewStack(app, jsii.String("Orders"), in("111111111111", "us-east-1"))
	pair := replication.NewReplicatedBucketPair(orders, jsii.String("Data"), &replication.ReplicatedBucketPairProps{
		DestinationRegion: jsii.String("eu-west-1"),
		Encryption:        awss3.BucketEncryption_KMS,
		Filter: replication.ReplicationFilter_PrefixAndTags(jsii.String("orders/"), &map[string]*string{
			"team":  jsii.String("payments"),
			"stage": jsii.String("production"),
			"class": jsii.String("confidential"),
		}),
		StorageClass: awss3.StorageClass_INFREQUENT_ACCESS(),
	})
	archive := awss3.NewBucket(orders, jsii.String("Archive"), &awss3.BucketProps{Encryption: awss3.BucketEncryption_KMS})
	pair.Replication().AddRule(&replication.ReplicationRule{
		Destination: archive,
		Filter:      replication.ReplicationFilter_Prefix(jsii.String("invoices/")),
	})
	awscdk.NewCfnOutput(orders, jsii.String("Replica"), &awscdk.CfnOutputProps{Value: pair.DestinationBucketName()})

	// watched
	alarmTopic := awssns.NewTopic(orders, jsii.String("Alarms"), nil)
	canary := replication.NewReplicationCanary(orders, jsii.String("Canary"), &replication.ReplicationCanaryProps{
		Replication: pair.Replication(),
		Interval:    awscdk.Duration_Minutes(jsii.Number(30)),
		AlarmTopic:  alarmTopic,
	})
	replication.NewReplicationMonitoring(orders, jsii.String("Monitoring"), &replication.ReplicationMonitoringProps{
		Replication: pair.Replication(),
		Canary:      canary,
		AlarmTopic:  alarmTopic,
	})
	pair.Replication().AddFailureNotification(awss3notifications.NewSnsDestination(alarmTopic), &awss3.NotificationKeyFilter{
		Prefix: jsii.String("urgent/"),
	})

	// what was there before, and what failed
	before := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	replication.NewExistingObjectReplication(orders, jsii.String("Existing"), &replication.ExistingObjectReplicationProps{
		Replication:   pair.Replication(),
		CreatedBefore: &before,
		KeyPrefixes:   jsii.Strings("orders/"),
		Statuses: &[]replication.ExistingObjectStatus{
			replication.ExistingObjectStatus_NONE,
			replication.ExistingObjectStatus_FAILED,
		},
		LargerThan: awscdk.Size_Kibibytes(jsii.Number(1)),
		Topic:      alarmTopic,
	})
	replication.NewReplicationRepair(orders, jsii.String("Repair"), &replication.ReplicationRepairProps{
		Replication:   pair.Replication(),
		Schedule:      awsscheduler.ScheduleExpression_Expression(jsii.String("cron(17 3 * * ? *)")),
		MaxJobsPerDay: jsii.Number(2),
		Topic:         alarmTopic,
	})

	// two accounts, with KMS
	production := awscdk.NewStack(app, jsii.String("Production"), in("111111111111", "us-east-1"))
	backup := awscdk.NewStack(app, jsii.String("Backup"), in("222222222222", "eu-west-1"))
	records := awss3.NewBucket(production, jsii.String("Records"), &awss3.BucketProps{
		Encryption: awss3.BucketEncryption_KMS,
	})
	replication.NewCrossAccountReplication(production, jsii.String("Offsite"), &replication.CrossAccountReplicationProps{
		Source:           records,
		DestinationStack: backup,
		Outputs:          jsii.Bool(true),
	})

	// two apps: what each side says
	shared := awscdk.NewStack(app, jsii.String("Shared"), in("222222222222", "us-east-1"))
	inbox := awss3.NewBucket(shared, jsii.String("Inbox"), nil)
	replication.ReplicaGrants_FromBucket(inbox).ReplicasFrom(replication.ReplicaGrantee_Role(&replication.ReplicaGranteeRole{
		Account:  jsii.String("111111111111"),
		RoleName: jsii.String("reports-to-inbox"),
	}), nil)
	reports := awss3.NewBucket(production, jsii.String("Reports"), nil)
	replication.NewBucketReplication(production, jsii.String("ReportsToInbox"), &replication.BucketReplicationProps{
		Source:   reports,
		RoleName: jsii.String("reports-to-inbox"),
	}).AddRule(&replication.ReplicationRule{
		Destination: awss3.Bucket_FromBucketAttributes(production, jsii.String("Inbox"), &awss3.BucketAttributes{
			BucketName: jsii.String("inbox"),
			Account:    jsii.String("222222222222"),
			Region:     jsii.String("us-east-1"),
		}),
	})

	// logs of several services, and of another account
	logs := awscdk.NewStack(app, jsii.String("Logs"), in("111111111111", "us-east-1"))
	collected := replication.NewLogAggregationSRR(logs, jsii.String("Collected"), &replication.LogAggregationSRRProps{
		Retention: awscdk.Duration_Days(jsii.Number(365)),
		Transitions: &[]*awss3.Transition{{
			StorageClass:    awss3.StorageClass_GLACIER_INSTANT_RETRIEVAL(),
			TransitionAfter: awscdk.Duration_Days(jsii.Number(90)),
		}},
		TrustedAccounts: jsii.Strings("222222222222", "333333333333"),
		RoleNamePrefix:  jsii.String("logs-"),
	})
	balancers := replication.LogProducer_Alb(&replication.AlbLogOptions{
		Prefix:            jsii.String("balancers"),
		LoadBalancerNames: jsii.Strings("shop", "admin"),
	})
	collected.AddProducer(jsii.String("Balancers"), balancers, &replication.ProducedLogSourceOptions{
		SourceRetention: awscdk.Duration_Days(jsii.Number(7)),
	})
	network := awss3.NewBucket(logs, jsii.String("Network"), nil)
	collected.AddSource(network, &replication.LogSourceOptions{
		Producers: &[]replication.LogProducer{
			replication.LogProducer_VpcFlowLogs(nil),
			replication.LogProducer_Config(&replication.ConfigLogOptions{Prefix: jsii.String("network")}),
		},
	})
	branch := awscdk.NewStack(app, jsii.String("Branch"), in("222222222222", "us-east-1"))
	replication.NewLogSource(branch, jsii.String("Trail"), &replication.LogSourceProps{
		Destination: awss3.Bucket_FromBucketAttributes(branch, jsii.String("Collected"), &awss3.BucketAttributes{
			BucketName: jsii.String("collected"),
			Account:    jsii.String("111111111111"),
			Region:     jsii.String("us-east-1"),
		}),
		RoleNamePrefix: jsii.String("logs-"),
		Producers: &[]replication.LogProducer{
			replication.LogProducer_CloudTrail(&replication.TrailLogOptions{TrailName: jsii.String("management")}),
		},
	})

	// both ways, and many regions
	global := awscdk.NewStack(app, jsii.String("Global"), in("111111111111", "us-east-1"))
	replication.NewBidirectionalReplication(global, jsii.String("Sessions"), &replication.BidirectionalReplicationProps{
		SecondRegion: jsii.String("eu-west-1"),
	})
	replication.NewMultiRegionReplication(global, jsii.String("Media"), &replication.MultiRegionReplicationProps{
		Regions: jsii.Strings("us-east-1", "eu-west-1", "eu-west-2"),
	})

	app.Synth(nil)
}

func in(account, region string) *awscdk.StackProps {
	return &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
	}
}
