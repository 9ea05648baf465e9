using System.Text;
using Tacit.Modeling.Records;
using Tacit.Tests.Support;

namespace Tacit.Tests.Records;

/// <summary>Made-up records and models of them, trained once.</summary>
internal static class RecordSamples
{
    private static readonly Lazy<byte[]> s_best = new(() => RecordTraining.Train(Users(1, 200)));
    private static readonly Lazy<byte[]> s_fast = new(() => RecordTraining.Train(Users(1, 200), new RecordTrainingOptions { Profile = RecordProfile.Fast }));

    /// <summary>A model file of <see cref="Users"/> with seed 1.</summary>
    public static byte[] ModelFile(RecordProfile profile) => profile == RecordProfile.Fast ? s_fast.Value : s_best.Value;

    /// <summary>The same, loaded.</summary>
    public static RecordModel Model(RecordProfile profile = RecordProfile.Best) => RecordModel.Load(new MemoryStream(ModelFile(profile)));

    /// <summary>JSON with a name that comes again in an address, numbers, and a choice.</summary>
    public static byte[][] Users(ulong seed, int count)
    {
        var random = new SplitMix64(seed);
        string[] plans = ["free", "basic", "professional"];
        var users = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            var name = new StringBuilder();
            for (int k = 3 + random.Below(6); k > 0; k--)
                name.Append("bdfklmnrst"[random.Below(10)]).Append("aeiou"[random.Below(5)]);
            users[i] = Encoding.UTF8.GetBytes($"{{\"id\":{random.Below(1_000_000)},\"login\":\"{name}\",\"plan\":\"{plans[random.Below(3)]}\","
                + $"\"url\":\"https://example.org/users/{name}\",\"repos_url\":\"https://example.org/users/{name}/repos\",\"site_admin\":false}}");
        }
        return users;
    }

    /// <summary>Bytes without any law.</summary>
    public static byte[] Noise(ulong seed, int length)
    {
        var random = new SplitMix64(seed);
        byte[] noise = new byte[length];
        for (int i = 0; i < length; i++)
            noise[i] = (byte)random.Next();
        return noise;
    }
}
