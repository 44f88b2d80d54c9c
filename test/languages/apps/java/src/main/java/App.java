import io.github.cdks3replication.AlbLogOptions;
import io.github.cdks3replication.BidirectionalReplication;
import io.github.cdks3replication.BucketReplication;
import io.github.cdks3replication.ConfigLogOptions;
import io.github.cdks3replication.CrossAccountReplication;
import io.github.cdks3replication.ExistingObjectReplication;
import io.github.cdks3replication.ExistingObjectStatus;
import io.github.cdks3replication.LogAggregationSRR;
import io.github.cdks3replication.LogProducer;
import io.github.cdks3replication.LogSource;
import io.github.cdks3replication.LogSourceOptions;
import io.github.cdks3replication.MultiRegionReplication;
import io.github.cdks3replication.ProducedLogSourceOptions;
import io.github.cdks3replication.ReplicaGrantee;
import io.github.cdks3replication.ReplicaGranteeRole;
import io.github.cdks3replication.ReplicaGrants;
import io.github.cdks3replication.ReplicatedBucketPair;
import io.github.cdks3replication.ReplicationCanary;
import io.github.cdks3replication.ReplicationFilter;
import io.github.cdks3replication.ReplicationMonitoring;
import io.github.cdks3replication.ReplicationRepair;
import io.github.cdks3replication.ReplicationRule;
import io.github.cdks3replication.TrailLogOptions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Size;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketAttributes;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.NotificationKeyFilter;
import software.amazon.awscdk.services.s3.StorageClass;
import software.amazon.awscdk.services.s3.Transition;
import software.amazon.awscdk.services.s3.notifications.SnsDestination;
import software.amazon.awscdk.services.scheduler.ScheduleExpression;
import software.amazon.awscdk.services.sns.Topic;

public class App {
    public static void main(String[] args) {
        software.amazon.awscdk.App app = new software.amazon.awscdk.App();

        // two regions, with KMS
        Stack orders = stack(app, "Orders", "111111111111", "us-east-1");
        ReplicatedBucketPair pair = ReplicatedBucketPair.Builder.create(orders, "Data")
            .destinationRegion("eu-west-1")
            .encryption(BucketEncryption.KMS)
            .filter(ReplicationFilter.prefixAndTags("orders/",
                Map.of("team", "payments", "stage", "production", "class", "confidential")))
            .storageClass(StorageClass.INFREQUENT_ACCESS)
            .build();
        Bucket archive = Bucket.Builder.create(orders, "Archive").encryption(BucketEncryption.KMS).build();
        pair.getReplication().addRule(ReplicationRule.builder()
            .destination(archive)
            .filter(ReplicationFilter.prefix("invoices/"))
            .build());
        CfnOutput.Builder.create(orders, "Replica").value(pair.getDestinationBucketName()).build();

        // watched
        Topic alarmTopic = new Topic(orders, "Alarms");
        ReplicationCanary canary = ReplicationCanary.Builder.create(orders, "Canary")
            .replication(pair.getReplication())
            .interval(Duration.minutes(30))
            .alarmTopic(alarmTopic)
            .build();
        ReplicationMonitoring.Builder.create(orders, "Monitoring")
            .replication(pair.getReplication())
            .canary(canary)
            .alarmTopic(alarmTopic)
            .build();
        pair.getReplication().addFailureNotification(
            new SnsDestination(alarmTopic), NotificationKeyFilter.builder().prefix("urgent/").build());

        // what was there before, and what failed
        ExistingObjectReplication.Builder.create(orders, "Existing")
            .replication(pair.getReplication())
            .createdBefore(Instant.parse("2026-01-01T00:00:00Z"))
            .keyPrefixes(List.of("orders/"))
            .statuses(List.of(ExistingObjectStatus.NONE, ExistingObjectStatus.FAILED))
            .largerThan(Size.kibibytes(1))
            .topic(alarmTopic)
            .build();
        ReplicationRepair.Builder.create(orders, "Repair")
            .replication(pair.getReplication())
            .schedule(ScheduleExpression.expression("cron(17 3 * * ? *)"))
            .maxJobsPerDay(2)
            .topic(alarmTopic)
            .build();

        // two accounts, with KMS
        Stack production = stack(app, "Production", "111111111111", "us-east-1");
        Stack backup = stack(app, "Backup", "222222222222", "eu-west-1");
        Bucket records = Bucket.Builder.create(production, "Records").encryption(BucketEncryption.KMS).build();
        CrossAccountReplication.Builder.create(production, "Offsite")
            .source(records)
            .destinationStack(backup)
            .outputs(true)
            .build();

        // two apps: what each side says
        Stack shared = stack(app, "Shared", "222222222222", "us-east-1");
        Bucket inbox = new Bucket(shared, "Inbox");
        ReplicaGrants.fromBucket(inbox).replicasFrom(ReplicaGrantee.role(ReplicaGranteeRole.builder()
            .account("111111111111")
            .roleName("reports-to-inbox")
            .build()));
        Bucket reports = new Bucket(production, "Reports");
        BucketReplication.Builder.create(production, "ReportsToInbox")
            .source(reports)
            .roleName("reports-to-inbox")
            .build()
            .addRule(ReplicationRule.builder()
                .destination(Bucket.fromBucketAttributes(production, "Inbox", BucketAttributes.builder()
                    .bucketName("inbox")
                    .account("222222222222")
                    .region("us-east-1")
                    .build()))
                .build());

        // logs of several services, and of another account
        Stack logs = stack(app, "Logs", "111111111111", "us-east-1");
        LogAggregationSRR collected = LogAggregationSRR.Builder.create(logs, "Collected")
            .retention(Duration.days(365))
            .transitions(List.of(Transition.builder()
                .storageClass(StorageClass.GLACIER_INSTANT_RETRIEVAL)
                .transitionAfter(Duration.days(90))
                .build()))
            .trustedAccounts(List.of("222222222222", "333333333333"))
            .roleNamePrefix("logs-")
            .build();
        LogProducer balancers = LogProducer.alb(AlbLogOptions.builder()
            .prefix("balancers")
            .loadBalancerNames(List.of("shop", "admin"))
            .build());
        collected.addProducer("Balancers", balancers, ProducedLogSourceOptions.builder()
            .sourceRetention(Duration.days(7))
            .build());
        Bucket network = new Bucket(logs, "Network");
        collected.addSource(network, LogSourceOptions.builder()
            .producers(List.of(
                LogProducer.vpcFlowLogs(),
                LogProducer.config(ConfigLogOptions.builder().prefix("network").build())))
            .build());
        Stack branch = stack(app, "Branch", "222222222222", "us-east-1");
        LogSource.Builder.create(branch, "Trail")
            .destination(Bucket.fromBucketAttributes(branch, "Collected", BucketAttributes.builder()
                .bucketName("collected")
                .account("111111111111")
                .region("us-east-1")
                .build()))
            .roleNamePrefix("logs-")
            .producers(List.of(LogProducer.cloudTrail(TrailLogOptions.builder().trailName("management").build())))
            .build();

        // both ways, and many regions
        Stack global = stack(app, "Global", "111111111111", "us-east-1");
        BidirectionalReplication.Builder.create(global, "Sessions").secondRegion("eu-west-1").build();
        MultiRegionReplication.Builder.create(global, "Media")
            .regions(List.of("us-east-1", "eu-west-1", "eu-west-2"))
            .build();

        app.synth();
    }

    private static Stack stack(software.amazon.awscdk.App app, String id, String account, String region) {
        Environment env = Environment.builder().account(account).region(region).build();
        return Stack.Builder.create(app, id).env(env).build();
    }
}
