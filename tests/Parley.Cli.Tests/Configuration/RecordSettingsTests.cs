using Parley.Cli.Configuration;
using Parley.Cli.Terminal;
using Parley.Server.Voice.Records;

namespace Parley.Cli.Tests.Configuration;

/// <summary>What the file says about records of voice agents' calls.</summary>
public sealed class RecordSettingsTests
{
    private const string Variable = "PARLEY_TEST_RECORD_SECRET";
    private const string Secret = "hush-0123456789";

    public RecordSettingsTests() => Environment.SetEnvironmentVariable(Variable, Secret);

    [Fact]
    public void A_folder_alone_sends_nothing()
    {
        var options = Read("\"/srv/records\"").ToOptions();
        Assert.Equal(("/srv/records", null, false, true, true), (options.Folder, options.Target, options.WithMedia, options.KeepRecord, options.KeepMedia));
    }

    [Fact]
    public void Records_are_posted_with_headers_of_the_file_and_of_the_environment()
    {
        var records = Read(
            $$"""{ "folder": "f", "http": { "url": "https://crm.example.com/calls", "headers": { "X-Tenant": "7" }, "headers-env": { "X-Key": "{{Variable}}" } }, "media": true, "keep-record": false, "keep-media": false, "attempts": 3, "timeout": "5s" }""");
        Assert.Equal((new Uri("https://crm.example.com/calls"), "7", Secret), (records.Http!.Url, records.Http.Headers["X-Tenant"], records.Http.Headers["x-key"]));
        var options = records.ToOptions();
        using var target = Assert.IsType<HttpCallRecords>(options.Target);
        Assert.Equal((true, false, false, 3, TimeSpan.FromSeconds(5)), (options.WithMedia, options.KeepRecord, options.KeepMedia, options.Attempts, options.Timeout));
        Assert.Equal(new Uri("http://127.0.0.1:9000/x"), Read("""{ "folder": "f", "http": "http://127.0.0.1:9000/x" }""").Http!.Url);
    }

    [Fact]
    public void Records_are_put_into_a_store_with_a_key_of_the_environment()
    {
        var records = Read(
            $$"""{ "folder": "f", "s3": { "bucket": "calls", "region": "eu-central-1", "endpoint": "http://10.0.0.5:9000", "path-style": false, "access-key": "id", "secret-key-env": "{{Variable}}", "root": "2026/" } }""");
        Assert.Equal(
            new S3Options { Bucket = "calls", Region = "eu-central-1", Endpoint = new("http://10.0.0.5:9000"), PathStyle = false, AccessKey = "id", SecretKey = Secret }, records.Store);
        Assert.Equal("2026/", records.Root);
        using var target = Assert.IsType<StoredCallRecords>(records.ToOptions().Target);
        Assert.Equal("us-east-1", Read("""{ "folder": "f", "s3": { "bucket": "calls", "access-key": "id", "secret-key": "s" } }""").Store!.Region);
    }

    [Fact]
    public void The_same_said_twice_is_no_change()
    {
        const string Text = """{ "folder": "f", "http": { "url": "http://x/", "headers": { "A": "1" } } }""";
        Assert.Equal(Read(Text), Read(Text));
        Assert.NotEqual(Read(Text), Read(Text.Replace("\"1\"", "\"2\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("7", "'voice.records' needs a folder in quotes, or an object with \"folder\"")]
    [InlineData("""{ "http": "http://x/" }""", "'voice.records' needs a \"folder\"")]
    [InlineData("""{ "folder": "f", "htp": "http://x/" }""", "did you mean 'http'?")]
    [InlineData("""{ "folder": "f", "media": true }""", "'voice.records' needs \"http\" or \"s3\", since 'media' is about where records are sent")]
    [InlineData("""{ "folder": "f", "http": "http://x/", "s3": {} }""", "needs either \"http\" or \"s3\"")]
    [InlineData("""{ "folder": "f", "http": "ftp://u:hush-0123456789@x/" }""", "'voice.records.http' needs a URL")]
    [InlineData("""{ "folder": "f", "http": { "headers": {} } }""", "'voice.records.http' needs a \"url\"")]
    [InlineData("""{ "folder": "f", "http": { "url": "http://x/", "headers": { "X-Key": "hush-0123456789\r\nX: y" } } }""", "'voice.records.http.headers.X-Key' is no header that can be sent")]
    [InlineData("""{ "folder": "f", "http": { "url": "http://x/", "headers": { "Content-Type": "hush-0123456789" } } }""", "is no header that can be sent")]
    [InlineData("""{ "folder": "f", "http": { "url": "http://x/", "headers-env": { "X-Key": "PARLEY_NOWHERE" } } }""", "names PARLEY_NOWHERE, which is not set in the environment")]
    [InlineData("""{ "folder": "f", "http": { "url": "http://x/", "headers": { "X-Key": "hush-0123456789" }, "headers-env": { "x-key": "PARLEY_TEST_RECORD_SECRET" } } }""", "is there twice")]
    [InlineData("""{ "folder": "f", "http": "http://x/", "attempts": 0 }""", "'voice.records.attempts' needs a whole number from 1 to 10")]
    [InlineData("""{ "folder": "f", "http": "http://x/", "timeout": "0s" }""", "'voice.records.timeout' needs")]
    [InlineData("""{ "folder": "f", "s3": { "access-key": "a", "secret-key": "hush-0123456789" } }""", "'voice.records.s3' needs a \"bucket\"")]
    [InlineData("""{ "folder": "f", "s3": { "bucket": "a/b", "access-key": "a", "secret-key": "hush-0123456789" } }""", "'voice.records.s3.bucket' needs the name of a bucket")]
    [InlineData("""{ "folder": "f", "s3": { "bucket": "a..b", "access-key": "a", "secret-key": "hush-0123456789" } }""", "makes no address")]
    [InlineData("""{ "folder": "f", "s3": { "bucket": "b", "access-key": "a" } }""", "'voice.records.s3' needs either \"secret-key\", or \"secret-key-env\"")]
    [InlineData("""{ "folder": "f", "s3": { "bucket": "b", "access-key": "a", "secret-key": "hush-0123456789", "secret-key-env": "PARLEY_TEST_RECORD_SECRET" } }""", "needs either \"secret-key\"")]
    [InlineData("""{ "folder": "f", "s3": { "bucket": "b", "access-key": "a", "secret-key": "hush-0123456789 " } }""", "'voice.records.s3.secret-key' needs a key without spaces")]
    [InlineData("""{ "folder": "f", "s3": { "bucket": "b", "access-key": "a", "secret-key-env": "PARLEY_NOWHERE" } }""", "'voice.records.s3.secret-key-env' names PARLEY_NOWHERE")]
    [InlineData("""{ "folder": "f", "s3": { "bucket": "b", "endpoint": "http://x/y", "access-key": "a", "secret-key": "hush-0123456789" } }""", "'voice.records.s3.endpoint' needs the address of a store without a path")]
    public void A_mistake_is_named_and_no_secret_is(string records, string message)
    {
        var fault = Assert.Throws<CommandException>(() => Read(records));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, fault.Message, StringComparison.Ordinal);
    }

    private static RecordSettings Read(string records) => SettingsFile.Parse($$"""{ "voice": { "records": {{records}} } }""", "parley.json").Voice.Records!;
}
