package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	// kafkaVersion is the newest 4.x release at the time of pinning. Brokers from 4.0 on need Java 17.
	kafkaVersion = "4.4.0"
	// slf4jVersion is the one Kafka is built against: another major version would leave the broker without a log.
	slf4jVersion = "1.7.36"
	// copyGoal is pinned so that the same jars are copied the same way everywhere.
	copyGoal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
)

// pom lists what a broker needs. Maven adds the rest.
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tacet</groupId>
  <artifactId>realkafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>` + kafkaVersion + `</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>` + slf4jVersion + `</version>
    </dependency>
  </dependencies>
</project>
`

// fetchJars gives the folder with the broker's jars. Where it is not in the cache yet, Maven fills it; the folder
// appears by a rename, so a start that is interrupted leaves nothing that looks complete.
func fetchJars(ctx context.Context, stderr io.Writer) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find cache directory (set XDG_CACHE_HOME): %w", err)
	}
	home := filepath.Join(cache, "tacet", "kafka-"+kafkaVersion)
	jars := filepath.Join(home, "lib")
	if _, err := os.Stat(jars); err == nil {
		return jars, nil
	}
	fmt.Fprintln(stderr, "realkafka: fetching Apache Kafka", kafkaVersion, "with Maven (once)")

	if err := os.MkdirAll(home, 0o755); err != nil {
		return "", fmt.Errorf("create cache directory: %w", err)
	}
	if err := os.WriteFile(filepath.Join(home, "pom.xml"), []byte(pom), 0o644); err != nil {
		return "", fmt.Errorf("write pom: %w", err)
	}
	partial, err := os.MkdirTemp(home, "partial-")
	if err != nil {
		return "", fmt.Errorf("create download directory: %w", err)
	}
	defer os.RemoveAll(partial)

	ctx, cancel := context.WithTimeout(ctx, fetchMax)
	defer cancel()
	cmd := exec.CommandContext(ctx, "mvn", "--batch-mode", "--quiet", "--strict-checksums", copyGoal,
		"-DincludeScope=runtime", "-DoutputDirectory="+partial)
	cmd.Dir = home
	cmd.Stdout, cmd.Stderr = stderr, stderr
	cmd.SysProcAttr = groupWithParent()
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return "", errors.New("fetch Kafka: mvn not found; install Maven and a Java 17 runtime")
		}
		return "", fmt.Errorf("fetch Kafka with Maven: %w", err)
	}
	if err := os.Rename(partial, jars); err != nil {
		if _, stat := os.Stat(jars); stat == nil {
			return jars, nil // another start was faster
		}
		return "", fmt.Errorf("store jars: %w", err)
	}
	return jars, os.Chmod(jars, 0o755)
}
