//! An indexed Job of Kubernetes: a shard a pod, a claim that they share, and a Job that collects when it is let go.

use super::ScriptPlan;
use super::memory::COLLECT_MIB;
use super::quote::quoted;

/// Where the claim is seen in a pod.
const RESULTS: &str = "/results";
/// Where the image keeps the experiment's files.
const FILES: &str = "/study";
/// What is not there until somebody says what to take. Its capitals are no image's name, so that nothing starts.
const IMAGE: &str = "REGISTRY/corsair:TAG";
/// How many pods run at once at most.
const PODS_MAX: u32 = 500;
/// The longest part of the experiment's name in names of Kubernetes, which have 63 letters for all.
const NAME_LENGTH_MAX: usize = 30;

pub(super) fn script(plan: &ScriptPlan) -> String {
    let folder = format!("{RESULTS}/{}/{}", plan.name, plan.id);
    let (head, shards, collect) = (head(plan), shards(plan, &folder), collect(plan, &folder));
    format!("{head}{CLAIM}---\n{shards}---\n{collect}")
}

/// The name of all that belongs to the study: lower-case letters, digits and `-`.
fn object_name(plan: &ScriptPlan) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = plan.name.chars().take(NAME_LENGTH_MAX).map(plain).collect();
    format!("corsair-{name}-{}", plan.id)
}

fn head(plan: &ScriptPlan) -> String {
    let (title, object) = (plan.title(), object_name(plan));
    format!(
        r#"# The study {title}, as an indexed Job of Kubernetes (1.29 or later).
#
#   start     kubectl apply -f THIS_FILE
#   watch     kubectl get jobs,pods -l app.kubernetes.io/instance={object}
#   collect   when the Job has ended, let the second one go:
#             kubectl wait --for=condition=Complete --timeout=24h job/{object}
#             kubectl patch job {object}-collect --patch '{{"spec":{{"suspend":false}}}}'
#             Where runs are missing it ends with status 3; then
#             kubectl delete job {object} {object}-collect; kubectl apply -f THIS_FILE
#   result    on the claim corsair-results, in {name}/{id}
#
# To be filled in:
#   {IMAGE}   (twice) an image with corsair on its PATH and the experiment's files in {FILES}
#   corsair-results        a claim that many nodes may write, here of the default storage class. All studies
#                          share it: delete Jobs by name, for `kubectl delete -f` takes the results as well.
"#,
        name = plan.name,
        id = plan.id,
    )
}

/// All studies of a namespace share it.
const CLAIM: &str = "\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: corsair-results
spec:
  accessModes:
    - ReadWriteMany
  resources:
    requests:
      storage: 10Gi
";

fn shards(plan: &ScriptPlan, folder: &str) -> String {
    let (object, shards, jobs) = (object_name(plan), plan.shards.get(), plan.jobs);
    let (mebibytes, source) = (plan.memory.mebibytes(plan.jobs), plan.memory.source());
    let words = plan.sweep.iter().skip(1).cloned();
    let added = ["-o", folder, "--shard", &format!("auto/{shards}"), "-j", &jobs.to_string()];
    let arguments = arguments(words.chain(added.map(str::to_owned)));
    format!(
        r#"apiVersion: batch/v1
kind: Job
metadata:
  name: {object}
  labels:
    app.kubernetes.io/name: corsair
    app.kubernetes.io/instance: {object}
spec:
  completionMode: Indexed
  completions: {shards}
  parallelism: {parallelism}
  backoffLimitPerIndex: 5
  podFailurePolicy:
    rules:
      # Bad input is bad for all shards, and so are two builds that do not agree.
      - action: FailJob
        onExitCodes:
          containerName: corsair
          operator: In
          values: [2, 4]
      # Stopped early is no failure: another pod goes on where this one was, which kept at least a run.
      - action: Ignore
        onExitCodes:
          containerName: corsair
          operator: In
          values: [75]
      # Nor is a node that is drained.
      - action: Ignore
        onPodConditions:
          - type: DisruptionTarget
            status: "True"
  template:
    metadata:
      labels:
        app.kubernetes.io/name: corsair
        app.kubernetes.io/instance: {object}
    spec:
      restartPolicy: Never
      # At TERM corsair finishes the runs in hand and keeps them; give more where a run takes longer.
      terminationGracePeriodSeconds: 120
      automountServiceAccountToken: false
      containers:
        - name: corsair
          image: {IMAGE}
          workingDir: {FILES}
          command: [corsair]
          args:
{arguments}          resources:
            requests:
              cpu: "{jobs}"
              # {source}
              memory: {mebibytes}Mi
            limits:
              memory: {mebibytes}Mi
          volumeMounts:
            - name: results
              mountPath: {RESULTS}
      volumes:
        - name: results
          persistentVolumeClaim:
            claimName: corsair-results
"#,
        parallelism = shards.min(PODS_MAX),
    )
}

fn collect(plan: &ScriptPlan, folder: &str) -> String {
    let object = object_name(plan);
    let arguments = arguments(["collect", folder].map(str::to_owned));
    format!(
        r#"apiVersion: batch/v1
kind: Job
metadata:
  name: {object}-collect
  labels:
    app.kubernetes.io/name: corsair
    app.kubernetes.io/instance: {object}
spec:
  # Jobs cannot wait for each other: this one is let go by hand.
  suspend: true
  backoffLimit: 0
  template:
    metadata:
      labels:
        app.kubernetes.io/name: corsair
        app.kubernetes.io/instance: {object}
    spec:
      restartPolicy: Never
      automountServiceAccountToken: false
      containers:
        - name: corsair
          image: {IMAGE}
          workingDir: {FILES}
          command: [corsair]
          args:
{arguments}          resources:
            requests:
              cpu: "1"
              memory: {COLLECT_MIB}Mi
            limits:
              memory: {COLLECT_MIB}Mi
          volumeMounts:
            - name: results
              mountPath: {RESULTS}
      volumes:
        - name: results
          persistentVolumeClaim:
            claimName: corsair-results
"#
    )
}

/// A line for each word. Kubernetes reads `$(NAME)` in words, and `$$` as `$`.
fn arguments(words: impl IntoIterator<Item = String>) -> String {
    words
        .into_iter()
        .map(|word| format!("            - {}\n", quoted(&word.replace('$', "$$"))))
        .collect()
}
