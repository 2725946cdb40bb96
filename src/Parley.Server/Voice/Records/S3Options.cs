using System.Text;

namespace Parley.Server.Voice.Records;

/// <summary>A bucket of a store that speaks Amazon's S3: Amazon itself, MinIO, Aliyun OSS, Tencent COS, Google, DigitalOcean. Its text form shows no secrets.</summary>
public sealed record S3Options
{
    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The region. Default: us-east-1, which is also what stores without regions take.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Id of the access key.</summary>
    public required string AccessKey { get; init; }

    /// <summary>The access key's secret.</summary>
    public required string SecretKey { get; init; }

    /// <summary>Where the store is, e.g. <c>http://10.0.0.5:9000</c>. Default: Amazon's of the region.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Whether the bucket is the first segment of the path instead of a part of the host's name. Default: true with an <see cref="Endpoint"/>, else false.</summary>
    public bool? PathStyle { get; init; }

    /// <summary>The clock of the signatures. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Bucket = {Bucket}, Region = {Region}, Endpoint = {Endpoint?.Host}, PathStyle = {PathStyle}");
        return true;
    }
}
