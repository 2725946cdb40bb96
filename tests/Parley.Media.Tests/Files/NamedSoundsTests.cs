using System.Net;
using Parley.Media.Audio;
using Parley.Media.Files;
using Parley.Media.Tests.Audio;
using Parley.Net.Http;
using Parley.TestSupport;

namespace Parley.Media.Tests.Files;

/// <summary>What others may name to be played, and where that may lead.</summary>
public sealed class NamedSoundsTests : IDisposable
{
    private static readonly short[] s_pcm = Signal.Noise(1000, 400);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-sounds");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_file_of_the_folder_is_played()
    {
        var file = Path.Combine(_folder.CreateSubdirectory("de").FullName, "hello.wav");
        await File.WriteAllBytesAsync(file, WavBytes.Usual(s_pcm), Stop);
        using var sounds = new NamedSounds(_folder.FullName, UrlGuard.Nothing);
        foreach (var name in (string[])["de/hello.wav", "./de/../de/hello.wav", file])
        {
            sounds.Require(name);
            Assert.Equal(s_pcm, Read(await sounds.OpenAsync(name, 8000, cancellationToken: Stop), 1000));
        }

        var again = Read(await sounds.OpenAsync("de/hello.wav", 8000, new() { Repeat = true, Offset = TimeSpan.FromMilliseconds(10) }, Stop), 940);
        Assert.Equal([.. s_pcm[80..], .. s_pcm[..20]], again);
    }

    [Theory]
    [InlineData("../secret.wav")]
    [InlineData("de/../../secret.wav")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a\0b")]
    public async Task What_is_not_below_the_folder_is_refused(string name)
    {
        using var sounds = new NamedSounds(_folder.FullName, UrlGuard.Nothing);
        var fault = Assert.Throws<UnauthorizedAccessException>(() => sounds.Require(name));
        Assert.Equal(fault.Message, (await Assert.ThrowsAsync<UnauthorizedAccessException>(async () => await sounds.OpenAsync(name, 8000, cancellationToken: Stop))).Message);
        Assert.DoesNotContain(_folder.FullName, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_folder_there_are_no_files_and_without_hosts_no_URLs()
    {
        using var sounds = new NamedSounds(null, UrlGuard.Nothing);
        Assert.Throws<UnauthorizedAccessException>(() => sounds.Require("hello.wav"));
        Assert.Throws<UnauthorizedAccessException>(() => sounds.Require("http://media.example.com/a.wav"));
        using var others = new NamedSounds(_folder.FullName, UrlGuard.Nothing);
        Assert.Throws<FileNotFoundException>(() => others.Require("hello.wav"));
    }

    [Theory]
    [InlineData("tone:440", 440, null)]
    [InlineData("TONE:3800/0.5", 3800, 0.5)]
    [InlineData("tone:20/86400", 20, 86_400.0)]
    public void A_tone_has_a_frequency_and_may_have_a_length(string name, double hertz, double? seconds) =>
        Assert.Equal(new(hertz, seconds is { } length ? TimeSpan.FromSeconds(length) : null), ToneName.Parse(name));

    [Theory]
    [InlineData("tone:")]
    [InlineData("tone:loud")]
    [InlineData("tone:19")]
    [InlineData("tone:3801")]
    [InlineData("tone:440/0")]
    [InlineData("tone:440/86401")]
    [InlineData("tone:440/1/2")]
    [InlineData("440")]
    public void What_is_no_tone_is_refused(string name) => Assert.Contains("is no tone", Assert.Throws<FormatException>(() => ToneName.Parse(name)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("tone:440", false, 1.0)]
    [InlineData("tone:440/0.5", false, 0.5)]
    [InlineData("tone:440/0.5", true, null)]
    public async Task A_tone_lasts_as_it_says_or_as_is_usual_or_for_ever(string name, bool repeat, double? seconds)
    {
        using var sounds = new NamedSounds(null, UrlGuard.Nothing);
        var tone = await sounds.OpenAsync(name, 8000, new() { Repeat = repeat, ToneLength = TimeSpan.FromSeconds(1) }, Stop);
        Assert.Equal((int)((seconds ?? 2) * 8000), Read(tone, 16_000).Length);
    }

    [Fact]
    public async Task A_URL_of_a_configured_host_is_played_where_it_is_redirected_to_as_well()
    {
        await using var web = Web();
        await using var other = Web();
        using var sounds = new NamedSounds(null, new([web.Url.Authority, other.Url.Authority]));
        Assert.Equal(s_pcm, await HearAsync(sounds, $"{web.Url}a.wav"));
        Assert.Equal(s_pcm, await HearAsync(sounds, $"{web.Url}moved?to={other.Url}a.wav"));
        Assert.Equal(1, other.Count);
        var twice = Read(await sounds.OpenAsync($"{web.Url}a.wav", 8000, new() { Repeat = true }, Stop), 2000);
        Assert.Equal([.. s_pcm, .. s_pcm], twice);
    }

    [Fact]
    public async Task A_URL_is_not_followed_to_where_it_may_not_lead()
    {
        await using var web = Web();
        await using var inner = Web();
        foreach (var guard in (UrlGuard[])[new([web.Url.Authority]), new([web.Url.Authority], allowsPublic: true)])
        {
            using var sounds = new NamedSounds(null, guard);
            await Assert.ThrowsAsync<UnauthorizedAccessException>(() => HearAsync(sounds, $"{inner.Url}a.wav"));
            var fault = await Assert.ThrowsAsync<HttpAudioException>(() => HearAsync(sounds, $"{web.Url}moved?to={inner.Url}a.wav"));
            Assert.Matches("none of the hosts that may be reached|which is no public address", fault.Message);
        }

        Assert.Equal(0, inner.Count);
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_refused_though_every_public_host_is_allowed()
    {
        await using var inner = Web();
        using var sounds = new NamedSounds(null, new([], true, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback])));
        var url = $"http://media.example.com:{inner.Url.Port}/a.wav";
        sounds.Require(url);
        Assert.Contains("leads to 127.0.0.1, which is no public address", (await Assert.ThrowsAsync<HttpAudioException>(() => HearAsync(sounds, url))).Message, StringComparison.Ordinal);
        Assert.Equal(0, inner.Count);
    }

    [Fact]
    public async Task Redirections_have_an_end()
    {
        await using var web = new HttpEar((request, response) =>
        {
            response.Redirect($"http://{request.Headers["Host"]}/again");
            return Task.CompletedTask;
        });
        using var sounds = new NamedSounds(null, new([web.Url.Authority]));
        Assert.Contains("302", (await Assert.ThrowsAsync<HttpAudioException>(() => HearAsync(sounds, $"{web.Url}a.wav"))).Message, StringComparison.Ordinal);
        Assert.Equal(6, web.Count);
    }

    private static async Task<short[]> HearAsync(NamedSounds sounds, string url)
    {
        var source = Assert.IsType<AudioFileSource>(await sounds.OpenAsync(url, 8000, cancellationToken: Stop));
        await using (source)
        {
            await source.Completion;
            return Read(source, 1000);
        }
    }

    private static short[] Read(IAudioSource source, int most)
    {
        var pcm = new short[most];
        return pcm[..source.Read(pcm)];
    }

    private static HttpEar Web() => new(async (request, response) =>
    {
        if (request.Path.Split("?to=") is [_, var target])
        {
            response.Redirect(target);
            return;
        }

        response.ContentType = "audio/wav";
        await response.OutputStream.WriteAsync(WavBytes.Usual(s_pcm), Stop);
    });
}
