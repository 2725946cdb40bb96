using Parley.Testing.Agents;
using Parley.Testing.Audio;
using Parley.Testing.Tests.Support;
using Parley.TestSupport;

namespace Parley.Testing.Tests.Audio;

/// <summary>Test phones play files that have to be decoded, and compare what they hear with them.</summary>
public sealed class DecodedFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-testing-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(SoundFormat.Mp3)]
    [InlineData(SoundFormat.Opus)]
    public void What_is_played_is_heard_and_like_the_file(SoundFormat format)
    {
        Assert.SkipUnless(SoundFiles.IsInstalled, SoundFiles.Missing);
        Bench.Run(async bench =>
        {
            var spoken = SoundFiles.WriteSamples(Path.Combine(_folder, "spoken"), format, AudioCheckTests.Words(seed: 1), AudioCheckTests.Rate, 1);
            var (a, b) = (await bench.AddAsync("A"), await bench.AddAsync("B"));
            await bench.ConnectAsync(a, b);
            await a.SendAudioAsync(AudioSpec.File(spoken));
            await b.VerifyFileAsync(spoken, TimeSpan.FromSeconds(20));
            await a.SendAudioAsync(AudioSpec.File(SoundFiles.WriteTone(Path.Combine(_folder, "tone"), format, 700, seconds: 2)));
            await b.VerifyAudioAsync(700, TimeSpan.FromSeconds(20));
            var none = Path.Combine(_folder, "none.mp3");
            await File.WriteAllTextAsync(none, "ID3 and nothing more");
            var failure = await Assert.ThrowsAsync<AgentException>(() => a.SendAudioAsync(AudioSpec.File(none)));
            Assert.StartsWith($"agent `A`: cannot play `{none}`: This is MP3", failure.Message, StringComparison.Ordinal);
        });
    }
}
