using System.Diagnostics;
using System.Globalization;
using Parley.Media.Codecs;

namespace Parley.MediaBench;

/// <summary>What 20 ms of audio cost to encode and decode, by each codec: the least of many batches, which a busy machine disturbs least.</summary>
internal static class Coding
{
    private const int Frames = 250; // five seconds of something like speech, over and over
    private const int Batches = 60;

    public static int Measure()
    {
        foreach (var codec in AudioCodecs.All.Append(AudioCodecs.OpusFullband).Where(codec => codec.Unavailable is null))
        {
            var (encode, decode, bytes) = Measure(codec);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{codec.Name,-6} {codec.SampleRate,6} Hz   encode {encode,8:F2} µs   decode {decode,8:F2} µs   {bytes,6:F1} bytes a frame"));
        }

        return 0;
    }

    private static (double Encode, double Decode, double Bytes) Measure(AudioCodec codec)
    {
        var frame = codec.SampleRate / 50;
        var speech = Speech(codec.SampleRate, Frames * frame);
        var (encoder, decoder) = (codec.CreateEncoder("useinbandfec=1"), codec.CreateDecoder());
        var packets = new byte[Frames][];
        var lengths = new int[Frames];
        var room = new short[codec.MaxDecodedSamples(codec.MaxEncodedBytes(frame))];
        for (var i = 0; i < Frames; i++)
            packets[i] = new byte[codec.MaxEncodedBytes(frame)];
        var encode = Least(i => lengths[i] = encoder.Encode(speech.AsSpan(i * frame, frame), packets[i]));
        var decode = Least(i => decoder.Decode(packets[i].AsSpan(0, lengths[i]), room));
        return (encode, decode, lengths.Average());
    }

    private static double Least(Action<int> work)
    {
        var least = double.MaxValue;
        for (var batch = 0; batch < Batches; batch++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Frames; i++)
                work(i);
            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMicroseconds / Frames);
        }

        return least;
    }

    private static short[] Speech(int rate, int samples)
    {
        var pcm = new short[samples];
        var phase = 0.0;
        for (var i = 0; i < samples; i++)
        {
            var time = (double)i / rate;
            phase += 2 * Math.PI * (140 + 25 * Math.Sin(2 * Math.PI * 0.7 * time)) / rate;
            var voice = Enumerable.Range(1, 20).Sum(harmonic => Math.Sin(harmonic * phase) / harmonic);
            pcm[i] = (short)(7000 * voice * Math.Pow(Math.Sin(Math.PI * 4 * time), 2));
        }

        return pcm;
    }
}
