#!/usr/bin/env bash
# java-client.sh: the AWS SDK for Java and the program of tests/conformance/java, compiled, in
# .deps/java. Maven copies the jars, which must be those of jars.sha256. When all is there, nothing
# is asked of anybody.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly SOURCE=tests/conformance/java
readonly RESULT=.deps/java
readonly COPY=org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies

mkdir -p $RESULT
# A second run at the same time waits for the first and then finds its result.
if command -v flock >/dev/null; then
  exec 9>>$RESULT/.lock
  flock 9
fi

jars_state=$(cat $SOURCE/pom.xml $SOURCE/jars.sha256 | sha256sum)
state=$({ echo "$jars_state"; javac -version; cat $SOURCE/Client.java; } 2>&1 | sha256sum)
[[ -r $RESULT/state && $(<$RESULT/state) == "$state" ]] && exit 0

if [[ ! -r $RESULT/jars-state || $(<$RESULT/jars-state) != "$jars_state" ]]; then
  echo "setup: AWS SDK for Java (in $RESULT)"
  rm -rf $RESULT/jars
  # -U: a download that failed once is tried again.
  mvn --batch-mode --quiet --no-transfer-progress -U --file $SOURCE/pom.xml $COPY \
    -DincludeScope=runtime -DoutputDirectory="$PWD/$RESULT/jars" </dev/null
  (cd $RESULT/jars && sha256sum --check --strict --quiet "$OLDPWD/$SOURCE/jars.sha256")
  echo "$jars_state" >$RESULT/jars-state
fi

rm -rf $RESULT/classes
javac -nowarn -cp "$RESULT/jars/*" -d $RESULT/classes $SOURCE/Client.java
echo "$state" >$RESULT/state
