using System.Net;
using Parley.Media.Files;
using Parley.Media.Tests.Audio;

namespace Parley.Media.Tests.Files;

public sealed class AudioFileSourceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Reads frames until the source has ended, letting the filling task run where there is nothing yet.</summary>
    internal static async Task<short[]> Drain(AudioFileSource source)
    {
        var heard = new List<short>();
        var frame = new short[160];
        while (!source.Ended)
        {
            var count = source.Read(frame);
            heard.AddRange(frame[..count]);
            if (count == 0) await Task.Yield();
            Stop.ThrowIfCancellationRequested();
        }
        return [.. heard];
    }

    [Fact]
    public async Task Stream_plays_whole_through_a_small_buffer()
    {
        var pcm = Signal.Noise(100_000, 30_000);
        await using var source = await AudioFileSource.OpenAsync(
            new TrickleStream(WavBytes.Usual(pcm), 1777), new() { ReadAhead = TimeSpan.FromMilliseconds(100) }, Stop);
        Assert.Equal(8000, source.SampleRate);
        Assert.Equal(pcm, await Drain(source));
        await source.Completion;
    }

    [Fact]
    public async Task Reading_ahead_stops_when_the_buffer_is_full()
    {
        var stream = new TrickleStream(WavBytes.Usual(new short[1_000_000]), 4096);
        await using var source = await AudioFileSource.OpenAsync(stream, new() { ReadAhead = TimeSpan.FromSeconds(1) }, Stop);
        while (source.Buffered < 8192) await Task.Yield();
        Assert.InRange(stream.Given, 16_000, 40_000);
        Assert.False(source.Completion.IsCompleted);
    }

    [Fact]
    public async Task Reading_while_nothing_has_come_gives_nothing_at_once()
    {
        var stream = new TrickleStream(WavBytes.Usual(new short[100]), 44, stallAfter: 44);
        await using var source = await AudioFileSource.OpenAsync(stream, null, Stop);
        Assert.Equal(0, source.Read(new short[160]));
        Assert.False(source.Ended);
    }

    [Fact]
    public async Task Fault_of_the_stream_ends_the_source_after_what_came_before()
    {
        var stream = new TrickleStream(WavBytes.Usual(Signal.Noise(1000, 99)), 44, failAfter: 1044);
        await using var source = await AudioFileSource.OpenAsync(stream, null, Stop);
        Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(() => source.Completion)).Message);
        Assert.Equal(Signal.Noise(1000, 99)[..500], await Drain(source));
    }

    [Fact]
    public async Task Stream_that_goes_quiet_is_given_up()
    {
        var limits = new AudioFileLimits { Timeout = TimeSpan.FromMilliseconds(30) };
        await using var source = await AudioFileSource.OpenAsync(new TrickleStream(WavBytes.Usual(new short[100]), 44, stallAfter: 44), limits, Stop);
        Assert.Contains("stalled", (await Assert.ThrowsAsync<TimeoutException>(() => source.Completion)).Message, StringComparison.Ordinal);

        var silent = new TrickleStream([], 1, stallAfter: 0);
        await Assert.ThrowsAsync<TimeoutException>(() => AudioFileSource.OpenAsync(silent, limits, Stop));
        Assert.True(silent.Disposed);
    }

    [Fact]
    public async Task Disposing_closes_the_stream_and_stops_reading()
    {
        var stream = new TrickleStream(WavBytes.Usual(new short[100_000]), 44, stallAfter: 44);
        var source = await AudioFileSource.OpenAsync(stream, null, Stop);
        await source.DisposeAsync();
        Assert.True(stream.Disposed);
        Assert.True(source.Ended);
        await source.Completion;
    }

    [Fact]
    public async Task Reading_allocates_nothing()
    {
        await using var source = await AudioFileSource.OpenAsync(new MemoryStream(WavBytes.Usual(new short[15_000])), null, Stop);
        await source.Completion;
        var frame = new short[10];
        Assert.Equal(0, Allocations.Of(() => source.Read(frame)));
    }

    [Fact]
    public async Task Url_plays()
    {
        var pcm = Signal.Noise(3000, 20_000);
        using var client = Answering(HttpStatusCode.OK, "audio/wav", new TrickleStream(WavBytes.Usual(pcm), 100));
        await using var source = await HttpAudio.OpenAsync(new("http://prompts.example.com/a.wav"), client, null, Stop);
        Assert.Equal(pcm, await Drain(source));
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "audio/wav", "404")]
    [InlineData(HttpStatusCode.NoContent, "audio/wav", "204")]
    [InlineData(HttpStatusCode.OK, "text/html", "text/html")]
    public async Task Url_that_is_no_audio_is_one_clear_exception(HttpStatusCode status, string type, string message)
    {
        using var body = new TrickleStream(WavBytes.Usual([1]), 100);
        using var client = Answering(status, type, body);
        var e = await Assert.ThrowsAsync<HttpAudioException>(
            () => HttpAudio.OpenAsync(new("http://user:secret@prompts.example.com/a.wav?key=secret"), client, null, Stop));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
        Assert.Equal(status, e.StatusCode);
        Assert.True(body.Disposed);
    }

    [Fact]
    public async Task Url_that_says_it_is_too_long_is_refused()
    {
        using var client = Answering(HttpStatusCode.OK, "audio/wav", new MemoryStream(WavBytes.Usual(new short[1000])));
        var e = await Assert.ThrowsAsync<HttpAudioException>(
            () => HttpAudio.OpenAsync(new("http://prompts.example.com/a.wav"), client, new() { MaxStreamBytes = 1000 }, Stop));
        Assert.Contains("at most 1000", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endless_download_ends_at_the_limit()
    {
        using var client = Answering(HttpStatusCode.OK, "audio/wav", new TrickleStream(WavBytes.Usual(new short[9000]), 1000));
        await using var source = await HttpAudio.OpenAsync(new("http://prompts.example.com/a.wav"), client, new() { MaxStreamBytes = 9000 }, Stop);
        await Assert.ThrowsAsync<AudioFormatException>(() => source.Completion);
    }

    [Fact]
    public async Task Host_that_cannot_be_reached_is_one_clear_exception()
    {
        using var client = new HttpClient(new Handler(_ => throw new HttpRequestException("connection refused")));
        var e = await Assert.ThrowsAsync<HttpAudioException>(() => HttpAudio.OpenAsync(new("http://prompts.example.com/a.wav"), client, null, Stop));
        Assert.Contains("connection refused", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.com/a.wav")]
    public async Task Only_http_urls_are_taken(string url)
    {
        using var client = new HttpClient();
        var e = await Assert.ThrowsAsync<ArgumentException>(() => HttpAudio.OpenAsync(new(url), client, null, Stop));
        Assert.Equal("url", e.ParamName);
    }

    private static HttpClient Answering(HttpStatusCode status, string type, Stream body) => Answering(status, type, () => body);

    internal static HttpClient Answering(HttpStatusCode status, string type, Func<Stream> body) => new(new Handler(_ =>
    {
        var response = new HttpResponseMessage(status) { Content = new StreamContent(body()) };
        response.Content.Headers.ContentType = new(type);
        return response;
    }));

    private sealed class Handler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }
}
