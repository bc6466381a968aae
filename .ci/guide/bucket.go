package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/koshin-updater/koshin/updater/transport/localca"
)

// What the owner of the bucket on the page has done before: the bucket is there,
// everybody may read what is under prod/, and the keys are where aws configure
// puts them.
const (
	bucketName = "koshin-updates"
	bucketKey  = "PUBLISHER"
	everybody  = `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::koshin-updates/prod/*"}]}`
)

// playBucket runs versitygw, an S3 server over a folder.
func playBucket(ctx context.Context, ca *localca.Authority) error {
	certificate, err := issue(ca, bucket)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp(os.Getenv("DISK"), "bucket-") // memory disks keep no attributes
	if err != nil {
		return err
	}
	secret := rand.Text()
	if err := errors.Join(writePair(certificate, work), os.MkdirAll(filepath.Join(work, "buckets", bucketName), 0o755), awsConfigure(secret)); err != nil {
		return err
	}
	c := exec.CommandContext(ctx, os.Getenv("VERSITYGW"), "--port", addresses()[bucket]+":443", "--region", "ap-northeast-1", "--quiet",
		"--cert", filepath.Join(work, "fullchain.pem"), "--key", filepath.Join(work, "privkey.pem"), "posix", filepath.Join(work, "buckets"))
	c.Env = append(os.Environ(), "ROOT_ACCESS_KEY_ID="+bucketKey, "ROOT_SECRET_ACCESS_KEY="+secret)
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		return err
	}
	return letEverybodyRead(ctx, secret)
}

func awsConfigure(secret string) error {
	dir := filepath.Join(os.Getenv("HOME"), ".aws")
	text := fmt.Sprintf("[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", bucketKey, secret)
	return errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "credentials"), []byte(text), 0o600))
}

// letEverybodyRead waits for the server, too.
func letEverybodyRead(ctx context.Context, secret string) error {
	c := exec.CommandContext(ctx, "curl", "-sS", "--fail-with-body", "--retry", "20", "--retry-delay", "1", "--retry-connrefused", "--config", "-",
		"--aws-sigv4", "aws:amz:ap-northeast-1:s3", "-X", "PUT", "--data-binary", everybody,
		"-H", fmt.Sprintf("x-amz-content-sha256: %x", sha256.Sum256([]byte(everybody))), "https://"+bucket+"/"+bucketName+"?policy=")
	c.Stdin = strings.NewReader(fmt.Sprintf("user = \"%s:%s\"\n", bucketKey, secret))
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("the bucket's policy: %w: %s", err, said)
	}
	return nil
}
