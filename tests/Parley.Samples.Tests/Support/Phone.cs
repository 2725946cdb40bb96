using Parley.Media.Audio;
using Xunit;

namespace Parley.Samples.Tests.Support;

/// <summary>The one who talks to a sample: an agent of our own on loopback.</summary>
internal static class Phone
{
    public static Task<UserAgent> StartAsync(Func<UserAgentOptions, UserAgentOptions>? change = null)
    {
        var options = new UserAgentOptions { Listen = ["udp://127.0.0.1:0"], MediaPorts = (30_000, 31_000), VerifyCertificates = false, RefuseWhenBehind = false };
        return UserAgent.StartAsync(change?.Invoke(options) ?? options);
    }

    public static string Address(this UserAgent phone) => phone.Listeners[0].Local.ToString();

    public static ToneSource Tone(double hertz, double? seconds = null) =>
        new(hertz, 8000, seconds is { } s ? TimeSpan.FromSeconds(s) : null);

    /// <summary>Listens until one of these tones is heard, in order; fails after forty seconds without it.</summary>
    public static async Task HearsAsync(this Call call, params double[] hertz)
    {
        await using var reader = call.OpenReader(new() { SampleRate = 8000 });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        var pcm = new short[800]; // 100 ms
        foreach (var wanted in hertz)
        {
            while (!Prevails(pcm, wanted))
                Assert.True(await FillAsync(reader, pcm, limit.Token), $"{wanted} Hz was not heard before the call ended.");
        }
    }

    /// <summary>Fails unless a second of silence comes within forty.</summary>
    public static async Task HearsNothingAsync(this Call call)
    {
        await using var reader = call.OpenReader(new() { SampleRate = 8000 });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        var pcm = new short[800];
        for (var silent = 0; silent < 10;)
        {
            Assert.True(await FillAsync(reader, pcm, limit.Token), "The call ended.");
            silent = Energy(pcm) < 10_000 ? silent + 1 : 0;
        }
    }

    private static async Task<bool> FillAsync(Media.Playback.AudioReader reader, short[] pcm, CancellationToken cancel)
    {
        for (var at = 0; at < pcm.Length;)
        {
            var read = await reader.ReadAsync(pcm.AsMemory(at), cancel);
            if (read == 0)
                return false;
            at += read;
        }

        return true;
    }

    public static bool Prevails(ReadOnlySpan<short> pcm, double hertz) =>
        Energy(pcm) > 10_000 && Goertzel.Power(pcm, 8000, hertz) > 0.7 * Energy(pcm);

    private static double Energy(ReadOnlySpan<short> pcm)
    {
        var energy = 0.0;
        foreach (var sample in pcm)
            energy += (double)sample * sample;
        return energy / pcm.Length;
    }
}
