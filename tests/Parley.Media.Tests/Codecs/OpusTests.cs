using Parley.Media.Codecs;
using Parley.Media.Tests.Audio;

namespace Parley.Media.Tests.Codecs;

public sealed class OpusTests
{
    private const int Rate = 16_000;
    private const int Frame = Rate / 50;

    private static List<byte[]> Encode(IAudioEncoder encoder, short[] pcm, int frame = Frame)
    {
        var packets = new List<byte[]>();
        var packet = new byte[2000];
        for (var at = 0; at + frame <= pcm.Length; at += frame)
            packets.Add(packet[..encoder.Encode(pcm.AsSpan(at, frame), packet)]);
        return packets;
    }

    private static short[] Decode(IAudioDecoder decoder, IEnumerable<byte[]> packets, int rate = Rate)
    {
        var pcm = new List<short>();
        var room = new short[rate * 120 / 1000];
        foreach (var packet in packets)
            pcm.AddRange(room[..decoder.Decode(packet, room)]);
        return [.. pcm];
    }

    [Theory]
    [InlineData(8_000)]
    [InlineData(16_000)]
    [InlineData(48_000)]
    public void A_tone_comes_out_at_every_rate(int rate)
    {
        var codec = new OpusCodec(rate, OpusLibrary.Missing);
        var packets = Encode(codec.CreateEncoder(), Signal.Sine(700, rate, rate), rate / 50);
        var heard = Decode(codec.CreateDecoder(), packets, rate);
        Assert.Equal(rate, heard.Length);
        var end = heard.AsSpan(rate / 2);
        Assert.InRange(Signal.DominantHertz(end, rate), 698, 702);
        Assert.InRange(Signal.Amplitude(end, rate, 700), 8_000, 12_000);
    }

    [Theory]
    [InlineData(5)] // 2.5 ms, in half milliseconds
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(120)]
    public void Packets_of_every_length_are_decoded(int halves)
    {
        var frame = Rate * halves / 2000;
        var packets = Encode(AudioCodecs.Opus.CreateEncoder(), Signal.Sine(700, Rate, Rate), frame);
        var heard = Decode(AudioCodecs.Opus.CreateDecoder(), packets);
        Assert.Equal(Rate / frame * frame, heard.Length);
        Assert.InRange(Signal.DominantHertz(heard.AsSpan(Rate / 2), Rate), 698, 702);
    }

    [Fact]
    public void Two_channels_are_added_up_and_any_bandwidth_is_taken()
    {
        // 20 ms of silence in stereo, fullband CELT: configuration 31, code 0, as RFC 6716 §3.1 writes it.
        var pcm = new short[AudioCodecs.Opus.MaxDecodedSamples(3)];
        Assert.Equal(Frame, AudioCodecs.Opus.CreateDecoder().Decode([0xFC, 0xFF, 0xFE], pcm));
    }

    [Fact]
    public void A_length_that_no_packet_has_is_refused_with_those_it_can_have()
    {
        var encoder = AudioCodecs.Opus.CreateEncoder();
        var error = Assert.Throws<ArgumentException>(() => encoder.Encode(new short[Rate * 30 / 1000], new byte[1500]));
        Assert.Contains("2.5, 5, 10, 20, 40 or 60 ms", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30, null, 20)]
    [InlineData(50, null, 40)]
    [InlineData(10, null, 10)]
    [InlineData(10, "minptime=20", 20)]
    [InlineData(60, "minptime=10; useinbandfec=1", 60)]
    public void Packets_have_a_length_that_exists(int wished, string? parameters, int expected) =>
        Assert.Equal(expected, AudioCodecs.Opus.PacketMilliseconds(wished, parameters));

    [Fact]
    public void The_receiver_s_bandwidth_is_kept()
    {
        var tones = Signal.Sum(Rate, Rate, (1_000, 5_000), (6_000, 5_000));
        double High(string? parameters)
        {
            var heard = Decode(AudioCodecs.Opus.CreateDecoder(), Encode(AudioCodecs.Opus.CreateEncoder(parameters), tones));
            return Signal.Amplitude(heard.AsSpan(Rate / 2), Rate, 6_000);
        }

        Assert.InRange(High(null), 1_500, 6_000);
        Assert.InRange(High("maxplaybackrate=8000"), 0, 100);
    }

    [Fact]
    public void The_receiver_s_bitrate_is_kept()
    {
        var voice = Voice.Make(Rate, 5_000);
        int Bits(string? parameters) => Encode(AudioCodecs.Opus.CreateEncoder(parameters), voice).Sum(packet => packet.Length) * 8 / 5;
        Assert.InRange(Bits("maxaveragebitrate=8000"), 5_000, 10_000);
        Assert.InRange(Bits(null), 10_000, 32_000);
        Assert.InRange(Bits("maxaveragebitrate=nonsense;cbr=maybe"), 10_000, 32_000);
    }

    [Fact]
    public void A_constant_rate_has_packets_of_one_length()
    {
        var voice = Voice.Make(Rate, 1_000);
        Assert.Single(Encode(AudioCodecs.Opus.CreateEncoder("cbr=1"), voice).Select(packet => packet.Length).Distinct());
        Assert.NotEqual(1, Encode(AudioCodecs.Opus.CreateEncoder(), voice).Select(packet => packet.Length).Distinct().Count());
    }

    [Fact]
    public void Frames_are_repeated_only_for_a_receiver_that_says_it_can_use_them()
    {
        var voice = Voice.Make(Rate, 2_000);
        Assert.DoesNotContain(Encode(AudioCodecs.Opus.CreateEncoder("useinbandfec=0"), voice), packet => OpusPacket.HasRedundancy(packet));
        var repeats = Encode(AudioCodecs.Opus.CreateEncoder("useinbandfec=1"), voice).Count(packet => OpusPacket.HasRedundancy(packet));
        Assert.InRange(repeats, 40, 100);
    }

    [Fact]
    public void A_lost_frame_is_recovered_from_the_packet_after_it_and_concealed_without()
    {
        var encoder = (ILossAwareEncoder)AudioCodecs.Opus.CreateEncoder("useinbandfec=1");
        encoder.ExpectLoss(0.1);
        var packets = Encode(encoder, Voice.Make(Rate, 4_000));
        var whole = (IConcealingDecoder)AudioCodecs.Opus.CreateDecoder();
        var mended = (IConcealingDecoder)AudioCodecs.Opus.CreateDecoder();
        var guessed = (IConcealingDecoder)AudioCodecs.Opus.CreateDecoder();
        var (right, recovered, concealed) = (new short[Frame], new short[Frame], new short[Frame]);
        double energy = 0, recoveredEnergy = 0, recoveredError = 0, concealedError = 0;
        var lost = 0;
        for (var i = 0; i < packets.Count - 1; i++)
        {
            whole.Decode(packets[i], right);
            if (i % 10 != 5 || !OpusPacket.HasRedundancy(packets[i + 1]))
            {
                mended.Decode(packets[i], recovered);
                guessed.Decode(packets[i], concealed);
                continue;
            }

            lost++;
            Assert.True(mended.Recover(packets[i + 1], recovered));
            guessed.Conceal(concealed);
            energy += Energy(right, new short[Frame]);
            recoveredEnergy += Energy(recovered, new short[Frame]);
            recoveredError += Energy(recovered, right);
            concealedError += Energy(concealed, right);
        }

        Assert.InRange(lost, 10, 20);
        Assert.InRange(recoveredEnergy / energy, 0.7, 1.4);
        Assert.True(recoveredError < concealedError / 2, $"off by {recoveredError:E1} where a guess is off by {concealedError:E1}");
    }

    private static double Energy(short[] pcm, short[] less) => pcm.Zip(less, (a, b) => Math.Pow(a - b, 2)).Sum();

    [Fact]
    public void Silence_is_hardly_sent_to_a_receiver_that_would_rather_not_get_it()
    {
        short[] silence = new short[Rate * 4];
        var packets = Encode(AudioCodecs.Opus.CreateEncoder("usedtx=1"), [.. Voice.Make(Rate, 1_000), .. silence]);
        Assert.DoesNotContain(packets.Take(50), packet => packet.Length == 0);
        // RFC 7587 §3.1.3: one every 400 ms, and here another one that says that a pause begins.
        Assert.InRange(packets.Skip(75).Count(packet => packet.Length > 0), 4, 24);
        Assert.DoesNotContain(Encode(AudioCodecs.Opus.CreateEncoder(), silence), packet => packet.Length == 0);
    }

    [Fact]
    public void A_pause_announced_is_known_as_one()
    {
        var decoder = (IConcealingDecoder)AudioCodecs.Opus.CreateDecoder();
        var room = new short[AudioCodecs.Opus.MaxDecodedSamples(1)];
        decoder.Decode(Encode(AudioCodecs.Opus.CreateEncoder(), Voice.Make(Rate, 20))[0], room);
        Assert.False(decoder.IsPaused);
        Assert.Equal(Frame, decoder.Decode([0x48], room)); // wideband SILK, 20 ms, and nothing in it
        Assert.True(decoder.IsPaused);
    }

    [Fact]
    public void Garbage_of_every_size_is_decoded_or_refused_and_hurts_nothing()
    {
        var random = new Random(11);
        var decoder = (IConcealingDecoder)AudioCodecs.Opus.CreateDecoder();
        var room = new short[AudioCodecs.Opus.MaxDecodedSamples(0)];
        Assert.Equal(0, decoder.Decode([], room));
        for (var i = 0; i < 5_000; i++)
        {
            var garbage = new byte[random.Next(1, 2_000)];
            random.NextBytes(garbage);
            Assert.InRange(decoder.Decode(garbage, room), 0, room.Length);
            decoder.Recover(garbage, room.AsSpan(0, random.Next(0, room.Length)));
            decoder.Conceal(room.AsSpan(0, random.Next(0, room.Length)));
        }

        // Code 3 with 49 frames, which would be more than 120 ms (RFC 6716 §3.2.5).
        Assert.Equal(0, decoder.Decode([0x4B, 49, 1, 2, 3], room));
        var heard = Decode(decoder, Encode(AudioCodecs.Opus.CreateEncoder(), Signal.Sine(700, Rate, Rate)));
        Assert.InRange(Signal.DominantHertz(heard.AsSpan(Rate / 2), Rate), 698, 702);
    }

    [Fact]
    public void Coding_and_concealing_allocate_nothing()
    {
        var encoder = (ILossAwareEncoder)AudioCodecs.Opus.CreateEncoder("useinbandfec=1");
        var decoder = (IConcealingDecoder)AudioCodecs.Opus.CreateDecoder();
        var (pcm, room, packet) = (Voice.Make(Rate, 20), new short[AudioCodecs.Opus.MaxDecodedSamples(0)], new byte[1500]);
        Assert.Equal(0, Allocations.Of(() =>
        {
            var length = encoder.Encode(pcm, packet);
            decoder.Decode(packet.AsSpan(0, length), room);
            decoder.Recover(packet.AsSpan(0, length), room.AsSpan(0, Frame));
            decoder.Conceal(room.AsSpan(0, Frame));
            encoder.ExpectLoss(room[0] & 7);
        }));
    }

    [Fact]
    public void Without_its_library_the_codec_says_what_to_install()
    {
        var missing = OpusLibrary.Probe("libopus-nobody-has.so.0");
        var codec = new OpusCodec(16_000, missing);
        Assert.Equal("libopus-nobody-has.so.0 is not installed (apt-get install libopus0)", codec.Unavailable);
        var error = Assert.Throws<ArgumentException>("Codecs", () => AudioCodecs.RequireUsable([AudioCodecs.Pcmu, codec], "Codecs"));
        Assert.StartsWith("opus cannot be used: libopus-nobody-has.so.0 is not installed (apt-get install libopus0).", error.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install libopus0", Assert.Throws<InvalidOperationException>(codec.CreateDecoder).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => codec.CreateEncoder());
    }

    [Fact]
    public void It_is_found_by_its_name_and_a_name_that_is_none_names_those_there_are()
    {
        Assert.True(AudioCodecs.TryFind("OPUS", out var codec, out _));
        Assert.Same(AudioCodecs.Opus, codec);
        Assert.Contains(AudioCodecs.Opus, AudioCodecs.All);
        Assert.DoesNotContain(AudioCodecs.Opus, AudioCodecs.Default);
        Assert.False(AudioCodecs.TryFind("speex", out _, out var problem));
        Assert.Equal("no codec 'speex'; there are PCMU, PCMA, G722, L16, opus.", problem);
    }
}
