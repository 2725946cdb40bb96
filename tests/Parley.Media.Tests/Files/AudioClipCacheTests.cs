using Parley.Media.Files;

namespace Parley.Media.Tests.Files;

public sealed class AudioClipCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-clips-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Write(string name, params short[] pcm)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, WavBytes.Usual(pcm));
        return path;
    }

    [Fact]
    public async Task File_is_loaded_once()
    {
        var path = Write("a.wav", 1, 2, 3);
        var cache = new AudioClipCache();
        Assert.Same(await cache.GetAsync(path, Stop), await cache.GetAsync(path, Stop));
    }

    [Fact]
    public async Task Changed_file_is_loaded_anew()
    {
        var path = Write("a.wav", 1, 2, 3);
        var cache = new AudioClipCache();
        await cache.GetAsync(path, Stop);
        Write("a.wav", 4, 5);
        Assert.Equal([4, 5], (await cache.GetAsync(path, Stop)).Samples.ToArray());
        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public async Task Beyond_the_limit_the_one_unused_longest_goes()
    {
        var (a, b, c) = (Write("a.wav", new short[100]), Write("b.wav", new short[100]), Write("c.wav", new short[100]));
        var cache = new AudioClipCache(maxBytes: 400);
        var first = await cache.GetAsync(a, Stop);
        var second = await cache.GetAsync(b, Stop);
        await cache.GetAsync(a, Stop);
        await cache.GetAsync(c, Stop);
        Assert.Equal(2, cache.Count);
        Assert.Same(first, await cache.GetAsync(a, Stop));
        Assert.NotSame(second, await cache.GetAsync(b, Stop));
    }

    [Fact]
    public async Task Who_asks_at_once_waits_for_one_loading_and_whoever_gives_up_leaves_it_to_the_others()
    {
        var path = Write("a.wav", [.. Enumerable.Range(0, 500_000).Select(i => (short)i)]);
        var cache = new AudioClipCache();
        using var gone = new CancellationTokenSource();
        var first = cache.GetAsync(path, gone.Token).AsTask();
        var others = Enumerable.Range(0, 10).Select(_ => cache.GetAsync(path, Stop).AsTask()).ToList();
        await gone.CancelAsync();
        await first.ContinueWith(_ => { }, Stop, TaskContinuationOptions.None, TaskScheduler.Default); // it was given up, or faster than that
        var clips = await Task.WhenAll(others);
        Assert.All(clips, clip => Assert.Same(clips[0], clip));
        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public async Task What_could_not_be_loaded_is_tried_again()
    {
        var path = Path.Combine(_folder, "late.wav");
        await File.WriteAllTextAsync(path, "not yet", Stop);
        var cache = new AudioClipCache();
        var e = await Assert.ThrowsAsync<AudioFormatException>(async () => await cache.GetAsync(path, Stop));
        Assert.Contains("'late.wav' cannot be played: This is a text", e.Message, StringComparison.Ordinal);
        Write("late.wav", 1, 2);
        Assert.Equal([1, 2], (await cache.GetAsync(path, Stop)).Samples.ToArray());
    }

    [Fact]
    public async Task Missing_file_is_named()
    {
        var e = await Assert.ThrowsAsync<FileNotFoundException>(async () => await new AudioClipCache().GetAsync(Path.Combine(_folder, "no.wav"), Stop));
        Assert.Contains("no.wav", e.Message, StringComparison.Ordinal);
    }
}
