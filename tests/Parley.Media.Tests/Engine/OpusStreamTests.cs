using Parley.Media.Audio;
using Parley.Media.Codecs;
using Parley.Media.Engine;
using Parley.Media.Sdp.OfferAnswer;
using Parley.Media.Tests.Audio;
using Parley.Net;

namespace Parley.Media.Tests.Engine;

/// <summary>Opus through whole streams: its clock of 48 kHz, loss, pauses, other codecs beside it.</summary>
public sealed class OpusStreamTests
{
    private static NegotiatedAudio Audio(AudioStream remote, string? parameters = null, int milliseconds = 20) =>
        Phones.Audio(remote.Local, AudioCodecs.Opus, milliseconds: milliseconds) with { SendPayloads = [new(97, AudioCodecs.Opus) { Parameters = parameters }] };

    private static (AudioStream Alice, AudioStream Bob) Call(Phones phones, string? parameters = null, int milliseconds = 20)
    {
        var (alice, bob) = (phones.Alice.CreateStream(), phones.Bob.CreateStream());
        alice.Configure(Audio(bob, parameters, milliseconds));
        bob.Configure(Audio(alice));
        return (alice, bob);
    }

    private static AudioClipSource Clip(params ReadOnlySpan<short> pcm) => new(new AudioClip(pcm, 16_000), 16_000);

    [Theory]
    [InlineData(10, 10)]
    [InlineData(20, 20)]
    [InlineData(30, 20)]
    [InlineData(40, 40)]
    [InlineData(60, 60)]
    public void Packets_of_each_length_are_heard_and_count_in_48_kHz(int wished, int sentLength)
    {
        using var phones = new Phones();
        var (alice, bob) = Call(phones, milliseconds: wished);
        var ear = new Ear();
        bob.Listen(ear);
        alice.Play(new Sine(700));
        phones.Advance(1_500);
        Assert.InRange(ear.Level(700), 6_500, 9_500);
        Assert.InRange(ear.Level(1_100), 0, 400);
        var sent = phones.Sent(bob.Local.Port);
        Assert.All(sent.Zip(sent.Skip(1)), pair => Assert.Equal(48u * (uint)sentLength, pair.Second.Timestamp - pair.First.Timestamp));
        var heard = bob.GetStatistics();
        Assert.InRange(heard.Jitter.TotalMilliseconds, 0, 3);
        Assert.Equal(0, heard.Concealed);
    }

    [Fact]
    public void A_tenth_lost_is_recovered_where_packets_repeat_it_and_concealed_where_not()
    {
        var level = new Dictionary<string, double>();
        foreach (var parameters in (string[])["useinbandfec=1", "useinbandfec=0"])
        {
            using var phones = new Phones(network: new() { Seed = 5, Link = new() { Delay = TimeSpan.FromMilliseconds(20), Loss = 0.1 } });
            var (alice, bob) = Call(phones, parameters);
            var ear = new Ear(16_000);
            bob.Listen(ear);
            alice.Play(Clip(Voice.Make(16_000, 10_000)));
            phones.Advance(9_500);
            var statistics = bob.GetStatistics();
            Assert.InRange(statistics.PacketsLost, 30, 70);
            Assert.InRange(statistics.Concealed, 30, 80);
            if (parameters == "useinbandfec=1")
                Assert.InRange(statistics.Recovered, 15, statistics.Concealed);
            else
                Assert.Equal(0, statistics.Recovered);
            level[parameters] = Signal.Rms(ear.Last(8_000));
        }

        var said = Signal.Rms(Voice.Make(16_000, 8_000));
        Assert.All(level.Values, heard => Assert.InRange(heard / said, 0.7, 1.3));
    }

    [Fact]
    public void A_pause_in_which_nothing_is_sent_is_no_loss_and_speech_goes_on_after_it()
    {
        using var phones = new Phones();
        var (alice, bob) = Call(phones, "usedtx=1");
        var ear = new Ear(16_000);
        bob.Listen(ear);
        alice.Play(Clip([.. Voice.Make(16_000, 1_000), .. new short[16_000 * 3], .. Voice.Make(16_000, 1_000)]));
        phones.Advance(5_500);
        var sent = phones.Sent(bob.Local.Port);
        Assert.InRange(sent.Count, 100, 150);
        Assert.All(sent.Zip(sent.Skip(1)), pair =>
        {
            Assert.Equal(1, (ushort)(pair.Second.Sequence - pair.First.Sequence));
            Assert.Equal((pair.Second.At - pair.First.At).TotalMilliseconds * 48, pair.Second.Timestamp - pair.First.Timestamp, 48.0);
        });
        Assert.True(sent.Count(packet => packet.Marker) > 2, "talk spurts begin with a marker");
        var statistics = bob.GetStatistics();
        Assert.Equal(0, statistics.PacketsLost);
        Assert.InRange(statistics.Concealed, 0, 30); // a packet of 400 ms that stands alone is followed by nothing that was foretold
        Assert.InRange(Signal.Rms(ear.Last(1_400).AsSpan(0, 16_000)), 1_500, 6_000);
    }

    [Fact]
    public void Payloads_nobody_can_decode_cost_a_concealed_frame_each()
    {
        using var phones = new Phones();
        var (alice, bob) = Call(phones);
        var ear = new Ear(16_000);
        bob.Listen(ear);
        var writer = alice.OpenEncodedWriter();
        var random = new Random(3);
        phones.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                var garbage = new byte[i % 4 == 0 ? 1 : random.Next(2, 1_400)];
                random.NextBytes(garbage);
                if (i % 4 == 1)
                    garbage[0] = 0x4B; // code 3: says how many frames there are in its second byte, ...
                garbage[^1] |= 63;     // ... more than fit
                await writer.WriteAsync(garbage, TestContext.Current.CancellationToken);
            }

            await writer.DisposeAsync();
        });
        phones.Advance(500);
        Assert.True(bob.GetStatistics().Refused > 10);
        alice.Play(new Sine(700));
        phones.Advance(1_500);
        Assert.InRange(ear.Level(700), 6_500, 9_500);
    }

    [Fact]
    public void Payloads_of_another_codec_may_come_in_between()
    {
        using var phones = new Phones();
        var (alice, bob) = (phones.Alice.CreateStream(), phones.Bob.CreateStream());
        bob.Configure(Audio(alice) with { ReceivePayloads = [new(0, AudioCodecs.Pcmu), new(97, AudioCodecs.Opus)] });
        var ear = new Ear(16_000);
        bob.Listen(ear);
        alice.Play(new Sine(700, 16_000));
        foreach (var codec in (AudioCodec[])[AudioCodecs.Opus, AudioCodecs.Pcmu, AudioCodecs.Opus])
        {
            alice.Configure(Phones.Audio(bob.Local, codec));
            phones.Advance(1_500);
            Assert.InRange(ear.Level(700), 6_500, 9_500);
        }

        Assert.InRange(bob.GetStatistics().Jitter.TotalMilliseconds, 0, 3);
    }

    [Fact]
    public void Digits_go_with_it_on_either_clock()
    {
        foreach (var clock in (int[])[48_000, 8_000])
        {
            using var phones = new Phones();
            var (alice, bob) = (phones.Alice.CreateStream(), phones.Bob.CreateStream());
            NegotiatedAudio With(AudioStream remote) => Audio(remote) with { ReceiveTelephoneEvents = [new(101, clock)], TelephoneEventClockRate = clock };
            alice.Configure(With(bob));
            bob.Configure(With(alice));
            alice.Play(new Sine(440));
            phones.Run(async () =>
            {
                await alice.SendDigitsAsync("5", new() { Duration = TimeSpan.FromMilliseconds(200) });
                await foreach (var digit in bob.Digits())
                {
                    Assert.Equal('5', digit.Symbol);
                    Assert.InRange(digit.Duration.TotalMilliseconds, 180, 220);
                    break;
                }
            });
        }
    }

    [Fact]
    public void A_relay_passes_packets_untouched_and_digits_by_the_other_side_s_clock()
    {
        using var phones = new Phones();
        var (a, left) = phones.Call(AudioCodecs.Opus);
        var (b, right) = phones.Call(AudioCodecs.OpusFullband, alice: new() { LaneOf = a });
        NegotiatedAudio Wide(AudioStream remote) =>
            Phones.Audio(remote.Local, AudioCodecs.OpusFullband) with { ReceiveTelephoneEvents = [new(101, 48_000)], TelephoneEventClockRate = 48_000 };
        b.Configure(Wide(right));
        right.Configure(Wide(b));
        var relay = Relay.Connect(a, b);
        left.Play(new Sine(440));
        phones.Run(async () =>
        {
            await left.SendDigitsAsync("9", new() { Duration = TimeSpan.FromMilliseconds(200) });
            await foreach (var digit in right.Digits())
            {
                Assert.Equal('9', digit.Symbol);
                Assert.InRange(digit.Duration.TotalMilliseconds, 180, 220);
                break;
            }
        });
        Assert.False(relay.IsTranscoding);
        Assert.Equal(0, phones.Alice.Counters.Clocked);
        var into = phones.Sent(a.Local.Port).Where(packet => packet.Type == 97).Select(packet => Convert.ToHexString(packet.Payload)).ToList();
        var outOf = phones.Sent(right.Local.Port).Where(packet => packet.Type == 97).Select(packet => Convert.ToHexString(packet.Payload)).ToList();
        Assert.NotEmpty(outOf);
        Assert.Equal(into.Take(outOf.Count), outOf);
    }

    [Fact]
    public void A_bridge_to_PCMU_is_transcoded_and_recorded_both_ways()
    {
        using var phones = new Phones();
        var (a, left) = phones.Call(AudioCodecs.Opus);
        var (b, right) = phones.Call(AudioCodecs.Pcmu, alice: new() { LaneOf = a });
        var relay = Relay.Connect(a, b, new() { Transcode = true });
        var tape = new Tape();
        a.Record(tape);
        var (leftEar, rightEar) = (new Ear(), new Ear());
        left.Listen(leftEar);
        right.Listen(rightEar);
        left.Play(new Sine(440));
        right.Play(new Sine(700));
        phones.Advance(2_000);
        Assert.True(relay.IsTranscoding);
        Assert.InRange(leftEar.Level(700), 6_500, 9_500);
        Assert.InRange(rightEar.Level(440), 6_500, 9_500);
        Assert.InRange(Ear.Level([.. tape.Left.TakeLast(4_000)], 440, 8_000), 6_500, 9_500);
        Assert.InRange(Ear.Level([.. tape.Right.TakeLast(4_000)], 700, 8_000), 6_500, 9_500);
    }

    [Fact]
    public void The_far_end_s_reports_tell_the_encoder_of_loss()
    {
        using var phones = new Phones(network: new() { Seed = 5, Link = new() { Delay = TimeSpan.FromMilliseconds(20), Loss = 0.3 } });
        var (alice, bob) = Call(phones, "useinbandfec=1");
        alice.Play(Clip(Voice.Make(16_000, 60_000)));
        phones.Advance(30_000);
        Assert.InRange(alice.GetStatistics().RemoteLoss ?? 0, 0.15, 0.45);
        // What is repeated takes its bits from the rest, so it shows in how many packets have it: nearly all by now.
        var late = phones.Sent(bob.Local.Port).TakeLast(500).Count(packet => OpusPacket.HasRedundancy(packet.Payload));
        Assert.InRange(late, 350, 500);
    }

    private sealed class Tape : Parley.Media.Recording.IStereoSink
    {
        public List<short> Left { get; } = [];

        public List<short> Right { get; } = [];

        public int SampleRate => 8_000;

        public void Write(ReadOnlySpan<short> left, ReadOnlySpan<short> right)
        {
            Left.AddRange(left);
            Right.AddRange(right);
        }
    }
}
