using Parley.Testing.Agents;
using Parley.Testing.Expectations;
using Parley.Testing.Fixtures;

namespace Parley.Testing.Tests.Fixtures;

/// <summary>How a test uses a bench, and what is left of one that fails: this class is also the example of how xunit does it.</summary>
public class PhoneBenchTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public Task Two_phones_talk(bool isVirtual, bool server) => PhoneBench.RunAsync(
        async bench =>
        {
            var (alice, bob) = (await bench.AddAsync("Alice"), await bench.AddAsync("Bob"));
            await alice.DialAsync(bob);
            await bench.UntilAsync(() => Expect.That(bob.State).IsEqualTo(AgentState.Ringing));
            await bob.AcceptAsync();
            await alice.VerifyAudioConnectionAsync(bob);
            await bob.HangupAsync();
            await bench.UntilAsync(() => Expect.That(alice.State).IsEqualTo(AgentState.Idle));
        },
        new PhoneBenchOptions { Virtual = isVirtual, Server = server });

    [Fact]
    public async Task A_test_that_fails_leaves_its_trace_and_its_recordings()
    {
        var root = Directory.CreateTempSubdirectory("parley-bench-").FullName;
        try
        {
            var failure = await Assert.ThrowsAsync<PhoneBenchException>(() => PhoneBench.RunAsync(
                async bench =>
                {
                    var (alice, bob) = (await bench.AddAsync("Alice"), await bench.AddAsync("Bob"));
                    await alice.DialAsync(bob);
                    await bench.UntilAsync(() => Expect.That(bob.State).IsEqualTo(AgentState.Ringing));
                    await bob.AcceptAsync();
                    await alice.VerifyAudioConnectionAsync(bob);
                    Assert.Fail("as it was meant to");
                },
                new PhoneBenchOptions { Virtual = true, ArtifactsFolder = root, Name = "a test" }));
            var folder = Assert.Single(Directory.GetDirectories(root));
            Assert.StartsWith("as it was meant to", failure.Message, StringComparison.Ordinal);
            Assert.Contains(folder, failure.Message, StringComparison.Ordinal);
            var trace = await File.ReadAllTextAsync(Path.Combine(folder, "trace.txt"));
            Assert.Contains("INVITE (SDP)", trace, StringComparison.Ordinal);
            Assert.Equal(4, Directory.GetFiles(folder, "*.wav").Length);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task A_test_that_succeeds_leaves_nothing()
    {
        var root = Directory.CreateTempSubdirectory("parley-bench-").FullName;
        try
        {
            await PhoneBench.RunAsync(bench => bench.AddAsync("Alice"), new PhoneBenchOptions { Virtual = true, ArtifactsFolder = root });
            Assert.Empty(Directory.GetDirectories(root));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task A_bench_can_be_held_by_a_fixture()
    {
        await using var bench = await PhoneBench.StartAsync();
        var alice = await bench.AddAsync("Alice");
        Assert.True(alice.Registered);
        await Assert.ThrowsAsync<ArgumentException>(() => PhoneBench.StartAsync(new PhoneBenchOptions { Virtual = true }));
    }
}
